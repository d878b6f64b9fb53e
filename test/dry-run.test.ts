import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunPlan } from '../cli/doctor/plan.ts';
import type { SnakeCased } from '../cli/report/snake-case.ts';
import { runDocumented, sade, Workplace } from '../testing/cli/sade.ts';
import { Terminal } from '../testing/cli/terminal.ts';
import { BACKUP_USER, createBackupUser, entryOf, grantBackup } from '../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../testing/databases/mariadb.ts';
import { blocksRunBy } from '../testing/docs/pages.ts';
import { type ServiceHere, startServiceHere } from '../testing/service/service-here.ts';

describe('sade backup --dry-run', function () {
  this.timeout(60_000);
  let mariadb: MariaDb;
  let place: Workplace;
  let service: ServiceHere;

  const planOf = async (...more: string[]) => {
    const { code, stdout, stderr } = await sade(place.args(service.url, '--dry-run', '--json', ...more));
    const plan = JSON.parse(stdout || `{"failed": ${JSON.stringify(stderr)}}`) as SnakeCased<RunPlan>;
    expect(plan.exit_code, stderr).to.equal(code);
    return plan;
  };

  before(async () => {
    mariadb = await startMariaDb();
    await createBackupUser(mariadb);
    for (const database of ['client_1', 'client_2']) {
      await mariadb.sql(`create database \`${database}\``);
      await mariadb.sql('create table t (id int primary key); insert into t values (1)', database);
      await grantBackup(mariadb, database);
    }
    await mariadb.sql('create table old (id int) engine=MyISAM', 'client_2');
  });
  after(() => mariadb.stop());

  beforeEach(async () => {
    const [first, second] = ['client_1', 'client_2'].map(database => entryOf(mariadb, database));
    place = await Workplace.create([first!, { ...second, dump_options: ['--where=id > 0', '--skip-triggers'] }]);
    const settings = { STORAGE_DIR: join(place.folder, 'backups'), DATABASE_URL: `sqlite:${place.folder}/h.sqlite` };
    service = await startServiceHere(settings);
  });
  afterEach(async () => {
    await service[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  it('shows for each database the program, the options with their reasons, the findings and the size', async () => {
    const plan = await planOf();
    expect(plan).to.include({
      dry_run: true,
      server: `${service.url}/`,
      work_dir: place.workDir,
      level: 5,
      exit_code: 0,
    });
    expect(plan.databases.map(({ database, expected }) => [database, expected])).to.deep.equal([
      ['client_1', 'complete'],
      ['client_2', 'complete'],
    ]);
    const [, { dump }] = plan.databases as unknown as [unknown, (typeof plan.databases)[number]];
    expect(dump!.program).to.include({ flavour: 'mariadb' }).and.have.keys('path', 'flavour', 'version');
    expect(dump!.options).to.deep.equal([
      { option: '--where', reason: 'of dump_options; leaves something out on purpose' },
      { option: '--skip-triggers', reason: 'of dump_options; leaves something out on purpose' },
    ]);
    expect(dump!.findings.map(({ code }) => code)).to.deep.equal(['NOT_TRANSACTIONAL']);
    expect(dump!.estimated_bytes).to.be.above(0);
    expect(dump!.estimated_seconds).to.be.a('number');
    expect(new Set(plan.checks.map(({ area }) => area))).to.deep.equal(
      new Set(['configuration', 'dump program', 'database', 'work folder', 'service']),
    );
    expect(JSON.stringify(plan)).not.to.contain(BACKUP_USER.password);
  });

  it('fits the width of a terminal, and says that nothing was done', async () => {
    for (const columns of [60, 100]) {
      const command = [process.execPath, join(import.meta.dirname, '../cli/main.ts')];
      const args = place.args(service.url, '--dry-run');
      await using terminal = Terminal.open([...command, ...args], { columns, rows: 200, cwd: place.folder });
      expect(await terminal.exitCode).to.equal(0);
      const lines = terminal.bytes.replace(/\x1b\[[\d;?]*\w/g, '').split('\r\n');
      // A path may be longer than the line.
      for (const line of lines) if (!/\/\S{30}/.test(line)) expect(line.length, line).to.be.at.most(columns);
      const text = lines.join(' ').replace(/\s+/g, ' ');
      expect(text).to.match(/^Dry run: nothing is done\. sade backup would do this: client_1: complete program: /);
      expect(text).to.contain('option: --where (of dump_options; leaves something out on purpose)');
      expect(text).to.contain('Dry run: nothing was done. 2 of 2 databases would be backed up completely.');
      expect(text).to.contain('would take the zips');
    }
  });

  it('exits with 1 when a database or the service cannot be reached, and with 3 for a mistake', async () => {
    await place.list([entryOf(mariadb, 'client_1'), { ...entryOf(mariadb, 'client_2'), db_password: 'not it' }]);
    const plan = await planOf('--server', 'http://127.0.0.1:1');
    expect(plan.exit_code).to.equal(1);
    expect(plan.databases[1]).to.deep.equal({ database: 'client_2', expected: 'failed', dump: null });
    const failed = plan.checks.filter(({ mark }) => mark === 'FAIL');
    expect(failed.map(({ area }) => area)).to.deep.equal(['database', 'service']);
    const { stdout } = await sade(place.args('http://127.0.0.1:1', '--dry-run'));
    expect(stdout).to.contain('client_2: FAILED\n').and.contain('what to do: ');
    expect(stdout).to.contain('1 of 2 databases would be backed up completely, 1 would fail.');
    expect(stdout).to.contain('The service at http://127.0.0.1:1/ would not take the zips.');
    for (const more of [
      ['--only', 'nope'],
      ['--level', '10'],
    ])
      expect((await sade(place.args(service.url, '--dry-run', ...more))).code, more.join(' ')).to.equal(3);
  });

  it('changes nothing in the work folder, in the service and in the databases, also beside a run', async () => {
    expect((await sade(place.args(service.url))).code).to.equal(0);
    await writeFile(join(place.workDir, 'run.json'), JSON.stringify({ pid: process.pid, startedAt: new Date() }));
    const before = await snapshotOf(place.folder);
    const stored = await (await fetch(service.url)).json();
    await mariadb.sql(`set global log_output = 'TABLE', global general_log = 1; truncate mysql.general_log`);
    const { code, stdout } = await sade(place.args(service.url, '--dry-run'));
    await mariadb.sql('set global general_log = 0');
    expect(code, stdout).to.equal(0);
    expect(stdout).to.contain(`a run is going on: process ${process.pid}`);
    expect(await snapshotOf(place.folder)).to.deep.equal(before);
    expect(await (await fetch(service.url)).json()).to.deep.equal(stored);
    const asked = await mariadb.sql(
      `select distinct command_type, lower(regexp_substr(argument, '[A-Za-z]+')) as verb from mysql.general_log
       where command_type not in ('Connect', 'Quit') and user_host like '${BACKUP_USER.user}%'`,
    );
    expect(asked.map(({ verb }) => verb)).to.include.members(['select', 'show']);
    for (const { verb, command_type } of asked)
      expect(`${command_type} ${verb}`).to.match(/^Query (?:select|show|set)$/);
  });

  it('is what the docs show', async () => {
    const [block] = blocksRunBy('test/dry-run.test.ts');
    const { stdout } = await runDocumented(block!.text.replace('pt_xyz', 'client_1'), place, service.url);
    expect(stdout).to.match(/^Dry run: nothing is done\.[\s\S]*1 of 1 database would be backed up completely/);
  });

  it('does not make the work folder', async () => {
    expect((await planOf()).checks.find(({ area }) => area === 'work folder')!.message).to.contain(
      'does not exist yet',
    );
    expect(await readdir(place.folder)).not.to.include('work');
  });
});

/** @returns each file and folder with its content, and when it was last changed */
async function snapshotOf(folder: string): Promise<Record<string, unknown>> {
  const names = (await readdir(folder, { recursive: true })).filter(name => !name.startsWith('h.sqlite'));
  const seen = await Promise.all(
    ['.', ...names.sort()].map(async name => {
      const found = await stat(join(folder, name));
      const content = found.isFile() ? await readFile(join(folder, name), 'base64') : undefined;
      return [name, { mtimeMs: found.mtimeMs, ctimeMs: found.ctimeMs, mode: found.mode, content }] as const;
    }),
  );
  return Object.fromEntries(seen);
}
