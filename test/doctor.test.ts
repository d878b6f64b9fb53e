// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what databases.json holds
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import type { Check } from '../cli/doctor/checks/check.ts';
import type { DoctorReport } from '../cli/doctor/render.ts';
import type { SnakeCased } from '../cli/report/snake-case.ts';
import { filesOnDisk } from '../testing/cli/on-disk.ts';
import { RUNTIMES } from '../testing/cli/runtimes.ts';
import { type SadeOptions, type SadeResult, sade, startSade, Workplace } from '../testing/cli/sade.ts';
import { Terminal } from '../testing/cli/terminal.ts';
import { BACKUP_USER, createBackupUser, entryOf, grantBackup } from '../testing/databases/clients.ts';
import { type MariaDb, startMariaDb } from '../testing/databases/mariadb.ts';
import { portOf } from '../testing/free-port.ts';
import { OwnTime } from '../testing/own-time.ts';
import { type ServiceHere, startServiceHere } from '../testing/service/service-here.ts';

const DATABASES = ['client_1', 'client_2', 'client_3'];

describe('sade doctor', function () {
  this.timeout(60_000);
  filesOnDisk();
  let mariadb: MariaDb;
  let place: Workplace;
  let service: ServiceHere;
  let settings: Record<string, string>;

  const entry = (database: string) => entryOf(mariadb, database);
  const doctor = (more: readonly string[] = [], options: SadeOptions = {}): Promise<SadeResult> => {
    const [, ...args] = place.args(service.url, ...more);
    return sade(['doctor', ...args], options);
  };
  const checksOf = async (more: readonly string[] = [], options: SadeOptions = {}) => {
    const { code, stdout, stderr } = await doctor(['--json', ...more], options);
    const report = JSON.parse(stdout || `{"failed": ${JSON.stringify(stderr)}}`) as SnakeCased<DoctorReport>;
    expect(report.exit_code, stderr).to.equal(code);
    return { code, failed: report.checks.filter(({ mark }) => mark === 'FAIL'), checks: report.checks };
  };
  const inArea = (checks: readonly Check[], area: string) => checks.filter(check => check.area === area);

  before(async () => {
    mariadb = await startMariaDb();
    await createBackupUser(mariadb);
    for (const database of DATABASES) {
      await mariadb.sql(`create database \`${database}\``);
      await mariadb.sql(
        `create table t (id int primary key); insert into t values (1); create view v as select 1`,
        database,
      );
      await grantBackup(mariadb, database);
    }
    await mariadb.sql(`create user limited@'127.0.0.1' identified by 'no triggers for me'`);
    await mariadb.sql('grant select, show view, event, lock tables on `client\\_1`.* to limited@127.0.0.1');
    await mariadb.sql('grant select on mysql.proc to limited@127.0.0.1');
  });
  after(() => mariadb.stop());

  beforeEach(async () => {
    place = await Workplace.create(DATABASES.map(entry));
    settings = { STORAGE_DIR: join(place.folder, 'backups'), DATABASE_URL: `sqlite:${place.folder}/history.sqlite` };
    service = await startServiceHere(settings);
  });
  afterEach(async () => {
    await service[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  for (const { name, runtime } of RUNTIMES)
    it(`finds nothing wrong where all is well, before and after the first run (${name})`, async () => {
      const first = await doctor([], { runtime });
      expect(first.code, first.stdout + first.stderr).to.equal(0);
      expect(first.stderr).to.equal('');
      expect(first.stdout).to.match(/^ok {4}configuration {2}.*databases\.json: is valid and lists 3 databases$/m);
      for (const database of DATABASES)
        expect(first.stdout).to.match(
          new RegExp(
            `^ok {4}database {2}${database}: is reached .*1 table, 1 view, and the user may dump all of it$`,
            'm',
          ),
        );
      expect(first.stdout).to.contain('the first run creates it').and.contain('start one with sade backup');
      expect(first.stdout, 'nothing is to be done').not.to.contain('what to do');
      expect(first.stdout).to.match(/\d+ checks: \d+ ok, 0 warnings, 0 problems\.\n$/);
      expect(await readdir(place.folder)).not.to.include('work');

      expect((await place.backup(service.url)).code).to.equal(0);
      const second = await doctor([], { runtime });
      expect(second.code, second.stdout).to.equal(0);
      expect(second.stdout)
        .to.contain('ended with exit code 0: 3 of 3 databases ok, ')
        .and.contain('as long as in the last run');
      expect(second.stdout).not.to.match(/^(?:FAIL|warn)/m);
    });

  it('reports a wrong password, on that database alone', async () => {
    await place.list([entry('client_1'), { ...entry('client_2'), db_password: 'not it' }, entry('client_3')]);
    const { code, failed, checks } = await checksOf();
    expect(code).to.equal(1);
    expect(failed).to.have.length(1);
    expect(failed[0]).to.deep.include({ area: 'database', subject: 'client_2' });
    expect(failed[0]!.message).to.contain('Access denied');
    expect(failed[0]!.advice).to.contain('db_password');
    expect(JSON.stringify(checks)).not.to.contain('not it').and.not.contain(BACKUP_USER.password);
    expect(inArea(checks, 'database').map(({ subject }) => subject)).to.include.members(['client_1', 'client_3']);
  });

  it('gives the very GRANT that a user lacks, and is content once it was run', async () => {
    await place.list([{ ...entry('client_1'), db_username: 'limited', db_password: 'no triggers for me' }]);
    const { stdout, code } = await doctor();
    expect(code).to.equal(1);
    const grant =
      /^FAIL .*TRIGGERS_NOT_GRANTED\)\n +what to do: .*?(GRANT TRIGGER ON `client\\_1`\.\* TO [^;]+);?/m.exec(
        stdout,
      )?.[1];
    expect(grant, stdout).to.match(/TO '?`?limited/);
    await mariadb.sql(grant!);
    const after = await doctor();
    expect(after.code, after.stdout).to.equal(0);
  });

  it('tells that the service is down', async () => {
    await service.stop();
    const { code, failed } = await checksOf();
    expect(code).to.equal(1);
    expect(failed).to.have.length(1);
    expect(failed[0]).to.deep.include({
      area: 'service',
      advice:
        'Check its address (SADE_SERVER or --server; https:// where it has TLS), and whether it runs on its machine: systemctl status lumbung, or npm start.',
    });
    expect(failed[0]!.message).to.contain("can't be reached");
  });

  it('warns of a service that does not read its uploads', async () => {
    await service.stop();
    service = await startServiceHere({ ...settings, VERIFY_UPLOADS: 'off' });
    const { code, checks } = await checksOf();
    expect(code).to.equal(0);
    expect(inArea(checks, 'service').filter(({ mark }) => mark === 'warn')).to.have.length(1);
  });

  it('reports that other users can read the work folder and the list', async () => {
    await mkdir(place.workDir, { mode: 0o755 });
    await chmod(join(place.folder, 'databases.json'), 0o640);
    const { stdout, code } = await doctor();
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/^FAIL {2}work folder .*run: chmod 700/m)
      .and.match(/^warn {2}configuration .*run: chmod 600/m);
    expect(stdout).to.match(/, 1 warning, 1 problem\.\n$/);
  });

  it('tells where the list is no JSON, and checks what can be checked without it', async () => {
    await writeFile(join(place.folder, 'databases.json'), '[{"db_password": "geheim",,}]', { mode: 0o600 });
    const { stdout, stderr, code } = await doctor();
    expect(code).to.equal(1);
    expect(stdout).to.match(/^FAIL {2}configuration .*not valid JSON at line 1, column 27$/m);
    expect(stdout)
      .to.match(/^warn {2}database .*not checked/m)
      .and.match(/^ok {4}service /m);
    expect(stdout + stderr).not.to.contain('geheim');
  });

  it('reports zips that wait and a run that failed', async () => {
    const { url } = service;
    await service.stop();
    expect((await place.backup(url, ['--retries', '0'])).code).to.equal(2);
    const { stdout, code } = await doctor();
    expect(code).to.equal(1);
    expect(stdout).to.match(/^warn {2}work folder .*3 zips of client_1, client_2, client_3/m);
    expect(stdout).to.match(/^FAIL {2}last run .*client_1 failed in its upload: /m);
  });

  it('looks only at what --only names, and refuses what is not listed', async () => {
    const { checks, code } = await checksOf(['--only', 'client_3']);
    expect(code).to.equal(0);
    expect(new Set(inArea(checks, 'database').map(({ subject }) => subject))).to.deep.equal(new Set(['client_3']));
    const { code: refused, stderr, stdout } = await doctor(['--only', 'client_9']);
    expect([refused, stdout]).to.deep.equal([3, '']);
    expect(stderr).to.contain('client_9');
  });

  it('says nothing with --quiet unless something is wrong', async () => {
    expect(await doctor(['--quiet'])).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    await chmod(join(place.folder, 'databases.json'), 0o640);
    const { stdout } = await doctor(['--quiet'], { env: { TZ: 'Asia/Jakarta' }, runtime: 'node' });
    expect(stdout, 'the verdict stands first').to.match(
      /^sade doctor: 1 warning \(\d+ ok\), \d+ \w+ \d{4} \d\d:\d\d \+07:00\nwarn {2}configuration .*chmod 600 .*\n$/,
    );
  });

  it('names databases of the server that no entry covers, until they are listed or not wanted', async () => {
    const serverOf = async (more: object = {}, options: string[] = []) => {
      await place.list([
        { ...entry('client_1'), ...more },
        { ...entry('client_2'), name: 'second' },
      ]);
      const { code, checks } = await checksOf(options);
      expect(code).to.equal(0);
      return inArea(checks, 'database server');
    };
    const [warning, ...others] = await serverOf();
    expect(others).to.deep.equal([]);
    expect(warning).to.deep.include({ mark: 'warn', subject: `${mariadb.host}:${mariadb.port}` });
    expect(warning!.message).to.equal('1 database is not in the list and not backed up: client_3 (seen as lumbung)');
    expect(warning!.advice).to.contain('"not_backed_up": ["client_3"]');
    const unwanted = { not_backed_up: ['client_3'] };
    expect((await serverOf(unwanted)).map(({ mark }) => mark)).to.deep.equal(['ok']);
    const [only] = await serverOf(unwanted, ['--only', 'second']);
    expect(only, 'all entries of the server cover it together').to.include({ mark: 'ok' });
    await mariadb.sql("create user lumbung@localhost identified by 'by socket'");
    await mariadb.sql('grant select on client_2.* to lumbung@localhost');
    const { db_host: _, db_port: __, ...rest } = entry('client_2');
    const bySocket = { ...rest, db_socket: mariadb.socket, db_password: 'by socket' };
    await place.list([entry('client_1'), bySocket, entry('client_3')]);
    const asked = inArea((await checksOf()).checks, 'database server');
    await mariadb.sql('drop user lumbung@localhost');
    expect(
      asked.map(({ mark }) => mark),
      'a socket and a port lead to one server',
    ).to.deep.equal(['ok']);
  });

  it('prints on a terminal what is found as it comes, and last what is not ok, with what to do', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const port = portOf(silent);
    await place.list([{ ...entry('client_1'), name: 'silent', db_port: port }, entry('client_2'), entry('client_3')]);
    const [, ...args] = place.args(service.url);
    const command = [process.execPath, join(import.meta.dirname, '../cli/main.ts'), 'doctor', ...args];
    await using terminal = Terminal.open(command, { columns: 200, rows: 60, env: { NO_COLOR: '1' } });
    const [connection] = await once(silent, 'connection');
    await terminal.shows(/^ok {4}database {2}client_3: is reached/m);
    await terminal.shows(/^ok {4}service /m);
    await terminal.shows(/^2 of 3 databases; waiting for silent \([\d.]+ s\)$/m);
    expect(await terminal.screen()).not.to.contain('FAIL');
    connection.destroy();
    expect(await terminal.exitCode).to.equal(1);
    const lines = (await terminal.screen()).split('\n');
    const summary = lines.findIndex(line => /^\d+ checks: .* 1 problem\.$/.test(line));
    expect(summary, lines.join('\n')).to.equal(lines.length - 1);
    const advice = lines.findLastIndex(line => line.startsWith('        what to do: '));
    expect(lines[advice - 1]).to.match(/^FAIL {2}database {2}silent: /);
    expect(summary - advice, 'the problem stands last').to.be.below(4);
    expect(lines.join('\n'), 'the line of progress is gone').not.to.contain('waiting for');
    silent.close();
  });

  it('ends on Ctrl-C, also while a server keeps it waiting', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const port = portOf(silent);
    await place.list([{ ...entry('client_1'), db_port: port }]);
    const [, ...args] = place.args(service.url);
    const { child, ended } = startSade(['doctor', ...args]);
    const [connection] = await once(silent, 'connection');
    child.kill('SIGINT');
    using time = new OwnTime();
    const { code, stderr } = await ended;
    connection.destroy();
    silent.close();
    expect(code).to.equal(130);
    expect(stderr).to.equal('sade: interrupted by SIGINT\n');
    expect(time.ms).to.be.below(5000);
  });

  describe('--bundle', () => {
    /** With all that a format could trip over. */
    const SECRETS = {
      listed: `l"i's\\t$&(e)*[d]^|\\u0041 \u00fc\u{1f404}%`,
      filed: '{"in": [a \\"file\\"]}, .*$',
      ofEnvironment: "\\env'%20+\u00e9\u4e2d\u6587?=&",
      optionValue: 'name="s3cret\\option"',
      addressUser: 'nightwatch',
      addressPassword: 'add-ress!pass',
      kept: 'seen by no one (really)',
    };
    const bundle = () => join(place.folder, 'ticket.zip');

    const placeSecrets = async () => {
      await writeFile(join(place.folder, 'password'), `${SECRETS.filed}\n`, { mode: 0o600 });
      const { db_password: _, ...rest } = entry('client_2');
      await place.list([
        {
          ...entry('client_1'),
          db_password: SECRETS.listed,
          dump_options: [`--where=${SECRETS.optionValue}`, '--quick'],
        },
        { ...rest, db_password_file: 'password' },
        { ...entry('client_3'), db_password: '${LUMBUNG_TEST_SECRET}' },
        {
          ...entry('client_3'),
          name: 'client_4',
          db_password: SECRETS.kept,
          db_host: `mysql://${SECRETS.addressUser}:${SECRETS.addressPassword}@nowhere.invalid`,
        },
      ]);
      await mkdir(place.workDir, { mode: 0o700 });
      const { addressUser, addressPassword, ...passwords } = SECRETS;
      const said = Object.values(passwords).flatMap(secret => [
        secret,
        JSON.stringify(secret),
        encodeURIComponent(secret),
        base64(secret),
      ]);
      const failure = { stage: 'dump', message: `denied: ${said.join(' | ')}`, advice: `not ${SECRETS.listed}` };
      const outcome = {
        database: 'client_1',
        state: 'failed',
        isLeftover: false,
        seconds: 1,
        fileName: 'f',
        findings: [],
        failure,
      };
      const run = {
        startedAt: new Date(),
        endedAt: new Date(),
        exitCode: 1,
        total: 1,
        outcomes: [outcome],
        notDone: [],
        kept: [],
      };
      const server = `https://${addressUser}:${addressPassword}@backups.example.com/`;
      await writeFile(join(place.workDir, 'last-run.json'), JSON.stringify({ ...run, server }), { mode: 0o600 });
    };

    for (const { name, runtime } of RUNTIMES)
      it(`tells all that may be told, and no secret in any form (${name})`, async () => {
        await placeSecrets();
        const env = { LUMBUNG_TEST_SECRET: SECRETS.ofEnvironment };
        const { code, stdout, stderr } = await doctor(['--bundle', bundle()], { env, runtime });
        expect(code, stderr).to.equal(1);
        expect((await stat(bundle())).mode & 0o777).to.equal(0o600);
        const entries = new AdmZip(bundle()).getEntries();
        const texts = new Map(entries.map(found => [found.entryName, found.getData().toString('latin1')]));
        expect([...texts.keys()]).to.have.members([
          ...['report.txt', 'report.json', 'configuration.json', 'versions.json', 'last-run.json', 'last-run.txt'],
        ]);
        for (const [name, text] of [...texts, ['stdout', latin1(stdout)], ['stderr', latin1(stderr)]] as const)
          expectNoSecrets(name, text);

        for (const name of [...texts.keys()].filter(name => name.endsWith('.json'))) JSON.parse(texts.get(name)!);
        expect(texts.get('report.txt')).to.match(/^FAIL {2}database {2}client_1: /m);
        expect(texts.get('configuration.json')).to.contain('"--quick"').and.contain('"label": "client_4"');
        expect(texts.get('versions.json')).to.contain(name === 'Node' ? '"Node 24.' : '"Deno 2.');
        expect(texts.get('last-run.txt')).to.contain('client_1: dump: denied: ***');
      });

    it('overwrites nothing', async () => {
      await writeFile(bundle(), 'mine');
      const { code, stdout, stderr } = await doctor(['--bundle', bundle()]);
      expect([code, stdout]).to.deep.equal([3, '']);
      expect(stderr).to.contain('exists already');
      expect(await readFile(bundle(), 'utf8')).to.equal('mine');
    });

    it('needs a name', async () => {
      expect((await doctor(['--bundle='])).code).to.equal(3);
    });

    /** @param text byte for byte */
    function expectNoSecrets(name: string, text: string): void {
      for (const [which, secret] of Object.entries(SECRETS)) {
        const json = JSON.stringify(secret).slice(1, -1);
        const forms = {
          plain: secret,
          json,
          twice: JSON.stringify(json).slice(1, -1),
          url: encodeURIComponent(secret),
          base64: base64(secret),
        };
        for (const [form, written] of Object.entries(forms))
          expect(text.includes(latin1(written)), `${which} in ${form} form in ${name}`).to.equal(false);
      }
    }
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
