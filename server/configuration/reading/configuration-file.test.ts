import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { request } from '../../../testing/service/requests.ts';
import { refusedHere, startServiceHere } from '../../../testing/service/service-here.ts';
import { openConfiguration } from './configuration-file.ts';

describe('the file of LUMBUNG_CONFIG', () => {
  let folder: string;
  let path: string;
  let env: Record<string, string>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-configuration-'));
    path = join(folder, 'lumbung.yaml');
    env = {
      DATABASE_URL: `sqlite:${join(folder, 'history.sqlite')}`,
      STORAGE_DIR: join(folder, 'backups'),
      LUMBUNG_CONFIG: path,
    };
  });
  afterEach(() => rm(folder, { recursive: true }));

  const BROKEN = 'groups:\n  acme: { databases: [acme_*], evry: 24h }\ntimezone: Mars\n';

  it('applies as soon as it was read again; one with mistakes is logged, and the last configuration stays', async () => {
    await writeFile(path, 'timezone: Asia/Jakarta\n');
    const log: string[] = [];
    const file = await openConfiguration({ path, env: {}, log: pino({}, { write: line => void log.push(line) }) });
    const heard: string[] = [];
    file.onChange(() => {
      throw new Error('a listener failed');
    });
    file.onChange(({ timezone }) => heard.push(timezone));
    await writeFile(path, BROKEN);
    await file.reload();
    expect(file.current().timezone).to.equal('Asia/Jakarta');
    expect(file.state().mistakes).to.have.length(2);
    expect(file.state().refusedAt).to.be.instanceOf(Date);
    expect(log.join('')).to.contain('lumbung.yaml:2: groups.acme.evry').and.contain('lumbung.yaml:3: timezone');
    await rm(path);
    await file.reload();
    expect(file.state().mistakes).to.deep.equal([`${path} does not exist`]);
    expect(heard).to.deep.equal([]);
    await writeFile(path, 'timezone: Europe/Warsaw\n');
    await Promise.all([file.reload(), file.reload()]);
    expect(heard).to.deep.equal(['Europe/Warsaw', 'Europe/Warsaw']);
    expect(file.state()).to.deep.include({ refusedAt: undefined, mistakes: [] });
  });

  it('whose reading fails by a bug keeps the last configuration, and hears the next signal', async () => {
    await writeFile(path, 'timezone: Asia/Jakarta\n');
    let isBroken = false;
    const env = {
      get ZONE(): string {
        if (isBroken) throw new Error('a bug');
        return 'Europe/Warsaw';
      },
    };
    const log: string[] = [];
    const file = await openConfiguration({ path, env, log: pino({}, { write: line => void log.push(line) }) });
    await writeFile(path, 'timezone: $' + '{ZONE}\n');
    isBroken = true;
    await file.reload();
    expect(file.current().timezone).to.equal('Asia/Jakarta');
    expect(file.state().mistakes.join()).to.contain('could not be read');
    expect(log.join('')).to.contain('a bug');
    isBroken = false;
    await file.reload();
    expect(file.current().timezone).to.equal('Europe/Warsaw');
  });

  it('keeps the service from starting when it has mistakes, which are all named', async () => {
    await writeFile(path, BROKEN);
    const { message } = await refusedHere(env);
    expect(message).to.contain(`LUMBUNG_CONFIG ${path} has mistakes`);
    expect(message).to.contain('lumbung.yaml:2: groups.acme.evry: the key is not known: did you mean every?');
    expect(message).to.contain('lumbung.yaml:3: timezone');
  });

  it('is read again by the service at SIGHUP, and /-/status shows what it refused, and the jobs', async () => {
    await writeFile(path, 'timezone: Asia/Jakarta\n');
    await using service = await startServiceHere(env);
    const status = async () => (await request(`${service.url}/-/status`)).json.data;
    expect((await status()).configuration).to.deep.include({ refused_at: null, mistake_count: 0, mistakes: [] });
    await writeFile(path, BROKEN);
    await service.reload!();
    const { configuration, jobs } = await status();
    expect(configuration.mistakes).to.have.length(2);
    expect(configuration).to.deep.include({ mistake_count: 2 });
    expect(Date.parse(configuration.refused_at)).to.be.at.least(Date.parse(configuration.loaded_at));
    expect(jobs).to.deep.include({
      name: 'scrub',
      state: 'idle',
      last_started_at: null,
      last_ended_at: null,
      last_error: null,
      next_at: jobs[0].next_at,
    });
    expect(Date.parse(jobs[0].next_at)).to.be.within(Date.now() - 60_000, Date.now() + 3_600_000);
  });
});
