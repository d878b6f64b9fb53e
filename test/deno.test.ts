import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { filesOnDisk } from '../testing/cli/on-disk.ts';
import { DENO_PERMISSIONS, sade, Workplace } from '../testing/cli/sade.ts';
import { CLIENTS, createClients, entryOf } from '../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../testing/databases/mariadb.ts';
import { proveRestorable } from '../testing/databases/prove-restorable.ts';
import { blocksRunBy } from '../testing/docs/pages.ts';
import { type ServiceHere, startServiceHere } from '../testing/service/service-here.ts';

/** What the service knows of a run. */
interface Reported {
  readonly runs: { readonly nodes: ReadonlyArray<{ readonly runtime: string; readonly outcome: string }> };
  readonly rosters: { readonly nodes: ReadonlyArray<{ readonly every: string }> };
}

describe('under Deno', function () {
  this.timeout(240_000);
  filesOnDisk();
  let mariadb: MariaDb;
  let service: ServiceHere;
  let place: Workplace;

  before(async () => {
    mariadb = await startMariaDb();
    await createClients(mariadb);
    const every = 'cron 30 1 * * * Asia/Jakarta';
    place = await Workplace.create(CLIENTS.map(client => ({ ...entryOf(mariadb, client), every })));
    service = await startServiceHere({
      STORAGE_DIR: join(place.folder, 'backups'),
      DATABASE_URL: `sqlite:${place.folder}/history.sqlite`,
    });
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
    await mariadb.stop();
  });
  const deno = (...args: string[]) => sade([...args, '--server', service.url], { runtime: 'deno' });

  it('backs up and restores, with just the permissions that the docs list', async () => {
    const [block] = blocksRunBy('test/deno.test.ts');
    expect(block!.text).to.equal(`cd /opt/lumbung\ndeno run ${DENO_PERMISSIONS.join(' ')} cli/main.ts backup\n`);
    const { code, stderr } = await place.backup(service.url, [], { runtime: 'deno' });
    expect(code, stderr).to.equal(0);
    expect((await readdir(place.workDir)).filter(name => name.startsWith('mysql-'))).to.deep.equal([]);
    const { data } = (await (await fetch(service.url)).json()) as {
      data: Parameters<typeof proveRestorable>[0]['backup'][];
    };
    expect(data).to.have.length(CLIENTS.length);
    for (const backup of data) await proveRestorable({ mariadb, service: service.url, backup, folder: place.folder });
    const query = '{ runs { nodes { runtime outcome } } rosters { nodes { every } } }';
    const answer = await fetch(`${service.url}/graphql?query=${encodeURIComponent(query)}`);
    const { runs, rosters } = ((await answer.json()) as { data: Reported }).data;
    expect(runs.nodes[0])
      .to.include({ outcome: 'ok' })
      .with.property('runtime')
      .that.matches(/^deno \d/);
    expect(rosters.nodes.map(({ every }) => every)).to.deep.equal(Array(3).fill('cron 30 1 * * * Asia/Jakarta'));
  });

  it('lists, and downloads', async () => {
    const list = await deno('list');
    for (const client of CLIENTS) expect(list.stdout).to.contain(client);
    const download = await deno('download', '1', '--output', place.folder);
    expect(download.code, download.stderr).to.equal(0);
  });

  /** What is left has its tests on Deno with its other tests: sade accept, drill, restore. */
  it('starts each of the other commands that only read', async () => {
    const [history, show, find, doctor, completion] = await Promise.all([
      deno('history', 'pt_xyz'),
      deno('show', '1'),
      deno('find', 'pt_xyz', '--table', 'product'),
      deno('doctor', '--config', join(place.folder, 'databases.json'), '--work-dir', place.workDir),
      sade(['completion', 'bash'], { runtime: 'deno' }),
    ]);
    for (const { code, stderr } of [history, show, find, completion]) expect(code, stderr).to.equal(0);
    expect(history.stdout).to.contain('complete');
    expect(show.stdout).to.contain('restore to');
    expect(find.stdout).to.contain('pt_xyz');
    expect(doctor.stdout, doctor.stderr).to.match(/\d+ checks?: \d+ ok/);
    expect(completion.stdout).to.contain('complete ');
  });
});
