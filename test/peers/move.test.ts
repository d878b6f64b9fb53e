import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Connection, createConnection } from 'mysql2/promise';
import type { Flavour } from '../../cli/dump-parser/lexer/delimiter.ts';
import type { RestoreReport } from '../../protocol/reports/restore-report.ts';
import { serviceSettings } from '../../testing/cli/fault-scene.ts';
import { sade, Workplace } from '../../testing/cli/sade.ts';
import { Terminal } from '../../testing/cli/terminal.ts';
import { createEverything } from '../../testing/databases/everything/everything.ts';
import { startMariaDb } from '../../testing/databases/mariadb.ts';
import { hasMariaDb11, mariaDb11Program, startMariaDb11 } from '../../testing/databases/mariadb11.ts';
import { hasMySql9, mySql9Program, startMySql9 } from '../../testing/databases/mysql9.ts';
import { rowDifferences, tableRows } from '../../testing/databases/table-rows.ts';
import { blocksRunBy, ROOT } from '../../testing/docs/pages.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';

const PASSWORD = 'a long password';
const COLLATION = 'utf8mb4_0900_*=utf8mb4_general_ci';

const NOT_IN_MARIADB = [
  'changed table documents: key on an expression left out, which MariaDB does not have',
  'reported table hidden: has comments that are code for other servers only',
  'changed table ignored_keys: key on an expression left out, which MariaDB does not have',
  'reported table ignored_keys: has comments that are code for other servers only',
  'reported table on_earth: has comments that are code for other servers only',
  'changed table read_by: full-text parser ngram left out: MariaDB splits the words its own way',
  'reported table unenforced: has comments that are code for other servers only',
];
const NOT_BEFORE_11_7 = ['changed table vectors: column v: type vector(3) written as varbinary(12)'];
const OWN_MODES = ['ORACLE', 'NO_KEY_OPTIONS', 'NO_TABLE_OPTIONS', 'NO_FIELD_OPTIONS', 'NO_AUTO_CREATE_USER'];
const NOT_IN_MYSQL = [
  'dropped sequence invoice_numbers: MySQL has no sequences',
  'dropped sequence untouched: MySQL has no sequences',
  "dropped sequence urut; it's: MySQL has no sequences",
  'changed table addresses: column u: type uuid written as char(36)',
  'changed table addresses: column v6: type inet6 written as varchar(45)',
  'changed table addresses: column v4: type inet4 written as varchar(15)',
  'changed table drawn: column id: default from a sequence left out',
  ...['tax', 'total', 'shouted', 'about'].map(
    column => `changed table generated_columns: column ${column}: generated column written as a plain one`,
  ),
  'changed table long_unique: unique key on a whole TEXT or BLOB left out, which MySQL does not have',
  'changed table of_aria: engine Aria written as InnoDB',
  'changed table of_aria: PAGE_CHECKSUM=1 left out, which MySQL does not have',
  'changed table of_aria: TRANSACTIONAL=1 left out, which MySQL does not have',
  'reported table packed: has comments that are code for other servers only',
  "changed table paged: `page_compressed`='1' left out, which MySQL does not have",
  "changed table paged: `page_compression_level`='9' left out, which MySQL does not have",
  ...[...OWN_MODES, 'SIMULTANEOUS_ASSIGNMENT'].map(
    mode => `changed : SQL mode ${mode} left out, which MySQL does not have`,
  ),
  'dropped function of_oracle_too: MySQL has no SQL mode ORACLE, in which it is written',
  'dropped function summing: MySQL has no aggregate functions in SQL',
  'dropped procedure of_oracle: MySQL has no SQL mode ORACLE, in which it is written',
  'dropped package tools: MySQL has no packages',
  'dropped package body tools: MySQL has no packages',
];

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly socket: string;
}

/** A database with everything in it, moved to servers of other versions and flavours by `sade restore` itself. */
describe('sade restore to a server of another version or flavour', function () {
  this.timeout(240_000);
  const servers = new Map<string, Server>();
  let service: ServiceHere;
  let place: Workplace;

  const as = (name: string) => createConnection({ socketPath: servers.get(name)!.socket, user: 'root' });
  const login = (name: string) => ({
    ...{ db_host: '127.0.0.1', db_port: servers.get(name)!.port, db_username: 'lumbung', db_password: PASSWORD },
  });

  before(async function () {
    if (!hasMySql9() || !hasMariaDb11()) return this.skip();
    const packet = ['--max-allowed-packet=64M'];
    const started = await Promise.all([startMariaDb(packet), startMariaDb11(packet), startMySql9()]);
    for (const [at, name] of ['old', 'new', 'mysql'].entries()) servers.set(name, started[at]!);
    for (const name of servers.keys()) await prepare(name);
    place = await Workplace.create([
      { database_name: 'of_mariadb', ...login('old') },
      { database_name: 'of_mysql', ...login('mysql') },
      { database_name: 'pt_xyz', ...login('mysql') },
    ]);
    const targets = Object.fromEntries([...servers.keys()].map(name => [name, login(name)]));
    await writeFile(join(place.folder, 'targets.json'), JSON.stringify(targets), { mode: 0o600 });
    service = await startServiceHere(serviceSettings(place.folder));
    const { report, stderr } = await place.backup(service.url, ['--mysqldump', mySql9Program('mysqldump')]);
    expect(
      report.outcomes.map(({ state }) => state),
      stderr,
    ).to.deep.equal(Array(3).fill('complete'));
  });
  after(async () => {
    await service?.[Symbol.asyncDispose]();
    await place?.[Symbol.asyncDispose]();
    await Promise.all([...servers.values()].map(server => server[Symbol.asyncDispose]()));
  });

  /** Makes its user, and what is to be moved away from it. */
  async function prepare(name: string): Promise<void> {
    await using root = await as(name);
    await root.query(`create user lumbung@'127.0.0.1' identified by '${PASSWORD}'`);
    await root.query(`grant all on *.* to lumbung@'127.0.0.1'`);
    if (name === 'new') return;
    const flavour: Flavour = name === 'mysql' ? 'mysql' : 'mariadb';
    const [[row]] = (await root.query('select version() as version')) as unknown as [[{ version: string }]];
    const kind = { flavour, version: row.version, largestRow: 100_000 };
    await createEverything(root, { ...kind, database: `of_${flavour}` });
    if (flavour === 'mysql') await createShop(root);
  }

  async function createShop(root: Connection): Promise<void> {
    await root.query('create database pt_xyz');
    await root.query('use pt_xyz');
    await root.query("create table t (id int primary key, v varchar(20) default (concat('é\\n', '')), key ((id + 1)))");
    await root.query('insert into t (id) values (1), (2)');
    await root.query('create view v as select id from t');
  }

  async function restore(database: string, to: string, ...options: string[]) {
    const files = ['--config', join(place.folder, 'databases.json'), '--work-dir', place.workDir];
    const targets = ['--targets', join(place.folder, 'targets.json'), '--server', service.url];
    const programs = ['--mysqldump', mySql9Program('mysqldump')];
    return sade(['restore', database, '--to', to, '--yes', ...files, ...targets, ...programs, ...options]);
  }

  async function rowsOf(server: string, database: string) {
    await using root = await as(server);
    return await tableRows(root, database);
  }

  /** Restores, and expects that all agrees. @returns what the result lists, but for what each such restore lists */
  async function moved(...args: Parameters<typeof restore>): Promise<string[]> {
    const { code, stdout, stderr } = await restore(...args, '--json');
    expect(code, stderr + stdout).to.equal(0);
    const { result } = JSON.parse(stdout) as { result: RestoreReport };
    expect(result.outcome).to.equal('agreed');
    return result
      .changes!.map(({ kind, object, message }) => `${kind} ${object ?? ''}: ${message}`)
      .filter(line => !/created at the very end|DEFINER|: collation |LOCK TABLES|SQL_LOG_BIN/.test(line));
  }

  it('brings everything of MariaDB 10.11 to MariaDB 11.8, and current rows stay current', async () => {
    const listed = await moved('of_mariadb', 'new');
    expect(rowDifferences(await rowsOf('old', 'of_mariadb'), await rowsOf('new', 'of_mariadb'))).to.deep.equal([]);
    expect(listed).to.deep.equal(
      ['archived', 'contracts', 'prices'].map(
        table => `changed table ${table}: the end of current rows written as 2106, not 2038: MDEV-32188`,
      ),
    );
  });

  for (const [to, version] of [
    ['old', '10.11'],
    ['new', '11.8'],
  ] as const)
    it(`brings each row of MySQL 9 to MariaDB ${version}, and lists what can't go there`, async () => {
      const options = ['--across-flavours', '--definer', 'drop', '--collation', COLLATION];
      const listed = await moved('of_mysql', to, ...options);
      expect(rowDifferences(await rowsOf('mysql', 'of_mysql'), await rowsOf(to, 'of_mysql'))).to.deep.equal([]);
      expect(listed).to.deep.equal(to === 'old' ? [...NOT_IN_MARIADB, ...NOT_BEFORE_11_7] : NOT_IN_MARIADB);
    });

  async function removeWhatMySqlRefuses(proposed: string): Promise<void> {
    await using mysql = await as('mysql');
    await mysql.query(proposed);
    await using old = await as('old');
    for (const table of ['archived', 'contracts', 'bookings', 'prices'])
      await old.query(`drop table of_mariadb.${table}`);
    // MySQL has no way to load rows that break a CHECK.
    await old.query('delete from of_mariadb.checked where a < 0');
  }

  it('refuses to bring a table with a history from MariaDB to MySQL 9, and brings all others', async () => {
    const options = ['--across-flavours', '--definer', 'drop'];
    const refused = await restore('of_mariadb', 'mysql', ...options);
    expect(refused.code).to.equal(2);
    expect(refused.stderr).to.contain('MySQL has no system versioning').and.contain('move this one by hand');
    await removeWhatMySqlRefuses(/DROP DATABASE [^;]+/.exec(refused.stderr)![0]);
    const programs = ['--mysqldump', mySql9Program('mysqldump')];
    await place.backup(service.url, ['--only', 'of_mariadb', ...programs]);
    const listed = await moved('of_mariadb', 'mysql', ...options, '--at', '4');
    expect(rowDifferences(await rowsOf('old', 'of_mariadb'), await rowsOf('mysql', 'of_mariadb'))).to.deep.equal([]);
    expect(listed).to.deep.equal(NOT_IN_MYSQL);
  });

  it('is done as docs/restore.md says, and defaults keep their letters', async () => {
    const [block, ...more] = blocksRunBy('test/peers/move.test.ts');
    expect(more).to.deep.equal([]);
    const script = `set -e; sade() { '${process.execPath}' '${join(ROOT, 'cli/main.ts')}' "$@"; }\n${block!.text}`;
    await using terminal = Terminal.open(['bash', '-c', script], {
      cwd: place.folder,
      env: {
        ...{ SADE_CONFIG: join(place.folder, 'databases.json'), SADE_WORK_DIR: place.workDir },
        ...{ SADE_SERVER: service.url, SADE_TARGETS: join(place.folder, 'targets.json') },
      },
    });
    await terminal.shows('Restore now? [y/N]');
    terminal.type('y\r');
    expect(await terminal.exitCode, await terminal.screen()).to.equal(0);
    const screen = await terminal.screen();
    expect(screen).to.contain('ok: pt_xyz is restored from backup');
    expect(screen).to.contain('key on an expression left out, which MariaDB does not have');
    expect(rowDifferences(await rowsOf('mysql', 'pt_xyz'), await rowsOf('new', 'pt_xyz'))).to.deep.equal([]);
    await using root = await as('new');
    await root.query('flush tables');
    await root.query('insert into pt_xyz.t (id) values (3)');
    const [[row]] = (await root.query('select hex(v) as v from pt_xyz.t where id = 3')) as unknown as [[object]];
    expect(row).to.deep.equal({ v: 'C3A90A' });
  });

  it('refuses collations of MariaDB 11.8 that MySQL 9 lacks, and brings all with the options that it proposes', async () => {
    await using root = await as('new');
    await root.query('create database pt_uca character set utf8mb4 collate utf8mb4_uca1400_ai_ci');
    await root.query('create table pt_uca.t (id int primary key, v varchar(20)) engine=Aria');
    await root.query("insert into pt_uca.t values (1, 'é'), (2, '🐈')");
    await root.query("create view pt_uca.v as select id from pt_uca.t where v = 'e'");
    await root.query('create procedure pt_uca.p() select 1');
    await place.list([{ database_name: 'pt_uca', ...login('new') }]);
    const { report, stderr } = await place.backup(service.url, ['--mariadb-dump', mariaDb11Program('mariadb-dump')]);
    expect(report.outcomes[0]!.state, stderr).to.equal('complete');
    const across = ['--across-flavours', '--definer', 'drop'];
    const refused = await restore('pt_uca', 'mysql', ...across);
    expect(refused.code, refused.stdout).to.equal(3);
    const proposed = [...refused.stdout.matchAll(/--collation\s+(\w*uca1400\w*=\w+)/g)];
    expect(proposed, refused.stdout).not.to.be.empty;
    const listed = await moved('pt_uca', 'mysql', ...across, ...proposed.flatMap(([, it]) => ['--collation', it!]));
    expect(listed).to.include('changed table t: engine Aria written as InnoDB');
    expect(rowDifferences(await rowsOf('new', 'pt_uca'), await rowsOf('mysql', 'pt_uca'))).to.deep.equal([]);
  });
});
