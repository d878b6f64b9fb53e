import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { keepNight } from '../../testing/service/removing.ts';
import { graphql, request } from '../../testing/service/requests.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';
import { findCommand } from './commands.ts';

describe('the commands that keep and remove backups, beside a service that runs', () => {
  let folder: string;
  let env: Record<string, string>;
  let service: ServiceHere;
  beforeEach(async () => {
    folder = await makeMemoryFolder('lumbung-commands-');
    env = { DATABASE_URL: await HISTORY_STORES[0]!.url(folder), STORAGE_DIR: join(folder, 'backups') };
    service = await startServiceHere(env);
    for (const night of [1, 2]) await keepNight(service, night, { database: 'acme_shop' });
  });
  afterEach(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });

  async function run(name: string, ...args: string[]) {
    const [out, err]: [string[], string[]] = [[], []];
    const streams = {
      out: { write: (text: string) => out.push(text) },
      err: { write: (text: string) => err.push(text) },
    };
    const code = await (await findCommand(name)?.load())!(args, env, streams);
    return { code, out: out.join(''), err: err.join('') };
  }
  const seen = async (id: number) => (await request(`${service.url}/${id}/manifest`)).json.data;

  it('pin, hold, forget and take back, and say what they did', async () => {
    expect(await run('pin', '1', '2', '--reason', 'yearly', '--for', '365d')).to.include({ code: 0 });
    const refused = await run('forget', '1', '--reason', 'x');
    expect(refused).to.include({ code: 1, err: 'Backup 1 of acme_shop is pinned: unpin it first\n' });
    expect((await run('unpin', '1')).err).to.equal(
      'Unpinned backup 1 of acme_shop: what the retention says counts again\n',
    );
    const forgotten = await run('forget', '1', '9', '--reason', 'sent by mistake');
    expect(forgotten.code, 'of two one does not exist').to.equal(1);
    expect(forgotten.err).to.match(
      /The file of backup 1 of acme_shop goes on \d{4}-.* UTC\..*take-back 1\n.*no backup with the id 9/s,
    );
    expect((await seen(1)).removal).to.deep.include({ at: null, reason: 'sent by mistake' });
    expect((await seen(1)).removal.by).to.match(/^user \w+/);
    expect((await run('hold', '1', '--reason', 'case 12')).err).to.contain('It was about to be removed, and stays');
    expect((await seen(1)).removal).to.equal(undefined);
    expect(await run('take-back', '1')).to.include({ code: 1 });
    expect(await run('release', '1')).to.include({ code: 0 });
    const { json } = await graphql(
      service.url,
      '{ auditEntries(filter: { result: done }) { nodes { action backupId } } }',
    );
    const actions = json.data.auditEntries.nodes.map(
      ({ action, backupId }: { action: string; backupId: string }) => `${action} ${backupId}`,
    );
    expect(actions).to.include.members(['pin 1', 'pin 2', 'unpin 1', 'forget 1', 'hold 1', 'release 1']);
  });

  it('forget does not take the last complete backup of a database, unless that is said', async () => {
    await run('forget', '1', '--reason', 'x');
    // The other one goes, but is there until then: now this one is not the last. At the end of their grace one of them stays.
    expect(await run('forget', '2', '--reason', 'x', '--even-last')).to.include({ code: 0 });
    expect((await seen(2)).removal).to.include({ reason: 'x' });
  });

  it('forget gives the grace of the configuration', async () => {
    env.LUMBUNG_CONFIG = join(folder, 'lumbung.yaml');
    await writeFile(env.LUMBUNG_CONFIG, 'retention: { grace: 10d }\n');
    expect(await run('forget', '1', '--reason', 'x')).to.include({ code: 0 });
    const days = (Date.parse((await seen(1)).removal.due) - Date.now()) / 86_400_000;
    expect(days).to.be.within(9.9, 10);
  });

  it('export and erase a client, with a code, a key and a certificate', async () => {
    const to = join(folder, 'out');
    expect(await run('export', 'acme_*', '--to', to)).to.deep.include({ code: 0, out: '' });
    const asked = await run('erase', 'acme_*', '--reason', 'the contract has ended');
    expect(asked).to.include({ code: 0, out: 'acme_shop\n' });
    const [, code] = /--confirm (\w+)/.exec(asked.err)!;
    expect(await run('erase', 'acme_*', '--confirm', 'nope')).to.include({ code: 1 });
    const confirmed = await run('erase', 'acme_*', '--confirm', code!);
    expect(confirmed.out).to.match(/^[0-9a-f]{64}\n$/);
    const listed = await run('erase', '--list');
    expect(confirmed.err).to.match(/^All of acme_\* is erased on \d{4}-\d\d-\d\d \d\d:\d\d UTC\. /);
    const [, id] = /^(\S+) {2}acme_\* \(1 databases\): on \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m.exec(listed.out)!;
    expect(await run('erase', '--certificate', id!)).to.include({ code: 1 });
    expect(await run('erase', '--cancel', id!)).to.include({ code: 0 });
    expect((await run('erase', '--list')).err).to.contain('Nothing waits');
  });

  it('show their usage, and what they lack', async () => {
    for (const name of ['pin', 'forget', 'export', 'erase'])
      expect((await run(name, '--help')).out).to.contain(`sudo lumbung ${name}`);
    expect((await run('pin', '1')).err).to.contain('--reason WHY');
    expect((await run('unpin', '1', '--reason', 'x')).err).to.contain('takes no --reason');
    expect((await run('hold', '--reason', 'x')).err).to.contain('needs the id of a backup');
    expect((await run('export', 'acme_*')).err).to.contain('--to FOLDER');
    expect((await run('erase', '--list', '--cancel', 'x')).err).to.contain('see --help');
    expect(await findCommand('nonsense')).to.equal(undefined);
  });
});
