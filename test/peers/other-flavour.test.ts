import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Connection, createConnection } from 'mysql2/promise';
import { connect } from '../../cli/mysql/connect.ts';
import type { FilterOptions } from '../../cli/restore-filter/filter-options.ts';
import { sessionSettings } from '../../cli/restore-filter/session-settings.ts';
import { filtered, MARIADB_TARGET, MYSQL_TARGET } from '../../testing/databases/filtered.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { hasMySql9, type MySql9, mySql9Program, startMySql9 } from '../../testing/databases/mysql9.ts';

const run = promisify(execFile);

const COMMON = `
create table parent (id int primary key, name varchar(50)) default charset=latin1;
create table child (id int primary key auto_increment, parent int, at timestamp default current_timestamp,
  foreign key (parent) references parent (id) on delete cascade);
create table texts (id int primary key, t longtext, b longblob, d decimal(20, 5), h double, o enum('a', 'b''c'), s datetime(6), j json);
create table parted (a int) partition by list (a) (partition p0 values in (1, 2));
insert into parent values (1, 'é'), (2, 'b');
insert into child (parent, at) values (1, '2024-01-01 00:00:00'), (2, '2024-07-01 00:00:00');
insert into texts values (1, '),(;\\n''"\\\\ 🐈 /* */ -- ', x'00ff275c', -1.5, 1e300, 'b''c', '2024-01-01 01:02:03.000004', '{"a": "b"}');
insert into parted values (1), (2);
create view names as select id, name from parent;
create function total() returns int reads sql data return (select count(*) from \`source\`.child);
create procedure p() begin select ';;', 1; end;
create trigger r before insert on parent for each row set new.name = upper(new.name);
create event e on schedule every 1 day starts '2037-01-01 00:00:00' do begin set @a = 1; end;`;

const ONLY_MARIADB = `
create sequence numbers start with 5;
create table drawn (a int default nextval(numbers), u uuid default uuid(), i inet6, n int);
insert into drawn (i, n) values ('::1', 1);
create table computed (a int, b varchar(50) generated always as (concat(a, '),(', ';')) stored, c int as (a + 1) virtual);
insert into computed (a) values (1), (2);
create table history (a int, b int without system versioning) with system versioning;
insert into history values (1, 2);`;

const ONLY_MYSQL = `
create table keyed (a int, hidden int invisible, v int check (v > 0), key ((a + 1)), unique key u (a, (v * 2)));
insert into keyed (a, hidden, v) values (1, 2, 3);
create table computed (a int, b varchar(50) generated always as (concat(a, _utf8mb4'),(', ';')) stored);
insert into computed (a) values (1), (2);
create function js() returns int deterministic language javascript as $$ return "it's;" ? 1 : 2; $$;`;

/** The filter alone, over the wire: what it leaves out is listed, and each row is there. */
describe('a dump of the other flavour', function () {
  this.timeout(180_000);
  let mysql: MySql9;
  let mariadb: MariaDb;
  before(async function () {
    if (!hasMySql9()) return this.skip();
    [mysql, mariadb] = await Promise.all([startMySql9(), startMariaDb()]);
    await create(mariadb.socket, ONLY_MARIADB);
    await create(mysql.socket, ONLY_MYSQL);
  });
  after(async () => {
    await mysql?.[Symbol.asyncDispose]();
    await mariadb?.stop();
  });

  const create = async (socketPath: string, more: string) => {
    await using api = await createConnection({ socketPath, user: 'root', multipleStatements: true });
    await api.query('create database source default character set utf8mb4; use source');
    await api.query(COMMON);
    await api.query(more);
  };

  const dump = async (program: string, socket: string, database: string, ...options: string[]) => {
    const args = ['--no-defaults', '-uroot', `--socket=${socket}`, ...options, '--single-transaction', '--routines'];
    const more = [
      '--events',
      '--triggers',
      '--hex-blob',
      '--default-character-set=utf8mb4',
      '--no-tablespaces',
      database,
    ];
    return (await run(program, [...args, ...more], { encoding: 'buffer', maxBuffer: 1 << 26 })).stdout;
  };
  const ofMySql = (database: string) =>
    dump(mySql9Program('mysqldump'), mysql.socket, database, '--set-gtid-purged=OFF', '--column-statistics=0');
  const ofMariaDb = (database: string) => dump('mariadb-dump', mariadb.socket, database);

  const load = async (sql: Buffer, socket: string, options: Partial<FilterOptions> & Pick<FilterOptions, 'target'>) => {
    const result = await filtered([sql], { sourceDatabase: 'source', targetDatabase: 'target', ...options });
    await using api = await createConnection({ socketPath: socket, user: 'root' });
    await api.query('drop database if exists target');
    await api.query('create database target default character set utf8mb4');
    const account = { label: 'target', database: 'target', socket, user: 'root', password: '' };
    using session = await connect(
      { ...account, port: 0, dumpOptions: [], shrinkLimitPercent: 0 },
      { signal: new AbortController().signal },
    );
    const { required, optional } = sessionSettings(options.target);
    for (const setting of [...required, ...optional]) await session.run(Buffer.from(setting));
    for (const { bytes } of result.sent) await session.run(bytes);
    return result.changes.map(({ action, what, object }) => `${action}: ${what}${object ? ` (${object})` : ''}`);
  };

  const tables = async (api: Connection, database: string) => {
    const [rows] = await api.query(
      `select table_name as name from information_schema.tables where table_schema = '${database}' and table_type in ('BASE TABLE', 'SYSTEM VERSIONED') order by 1`,
    );
    return (rows as { name: string }[]).map(({ name }) => name);
  };
  const rowsIn = async (socketPath: string, database: string) => {
    await using api = await createConnection({ socketPath, user: 'root', database, dateStrings: true });
    const found: Record<string, unknown> = {};
    // As text: MariaDB's JSON is text.
    for (const name of await tables(api, database))
      found[name] = JSON.parse(JSON.stringify((await api.query(`select * from ${name} order by 1`))[0])).map(
        (row: Record<string, unknown>) =>
          'j' in row ? { ...row, j: JSON.stringify(row.j).replace(/[\\" ]/g, '') } : row,
      );
    return found;
  };

  it('of MariaDB brings each row to MySQL, and lists what stays behind', async () => {
    const changes = await load(await ofMariaDb('source'), mysql.socket, {
      ...{ target: MYSQL_TARGET, acrossFlavours: true, collations: new Map([['*uca1400*', 'utf8mb4_0900_ai_ci']]) },
      definer: 'drop',
    });
    expect(await rowsIn(mysql.socket, 'target')).to.deep.equal(await rowsIn(mariadb.socket, 'source'));
    expect(changes).to.include.members([
      'dropped: MySQL has no sequences (sequence numbers)',
      'changed: system versioning left out, which MySQL does not have (table history)',
      'changed: column a: default from a sequence left out (table drawn)',
      'changed: column u: type uuid written as char(36) (table drawn)',
      'changed: column b: generated column written as a plain one (table computed)',
      'changed: column c: generated column written as a plain one (table computed)',
      'changed: SQL mode NO_AUTO_CREATE_USER left out, which MySQL does not have',
    ]);
  });

  it('of MySQL brings each row to MariaDB, and lists what stays behind', async () => {
    const changes = await load(await ofMySql('source'), mariadb.socket, {
      ...{
        target: MARIADB_TARGET,
        acrossFlavours: true,
        collations: new Map([['*_0900_ai_ci', 'utf8mb4_unicode_520_ci']]),
      },
      definer: 'drop',
    });
    const { keyed, ...rows } = await rowsIn(mariadb.socket, 'target');
    const { keyed: _, ...wanted } = await rowsIn(mysql.socket, 'source');
    expect(rows).to.deep.equal(wanted);
    expect(keyed).to.deep.equal([{ a: 1, hidden: 2, v: 3 }]);
    expect(changes).to.include.members([
      'changed: key on an expression left out, which MariaDB does not have (table keyed)',
      'reported: has comments that are code for other servers only (table keyed)',
      'dropped: MariaDB has no routines in JavaScript (function js)',
    ]);
  });

  it('is the same again where the flavour is the same: MySQL 9', async () => {
    const sql = await ofMySql('source');
    await load(sql, mysql.socket, { target: MYSQL_TARGET });
    const [again, wanted] = [comparable(await ofMySql('target')), comparable(sql)];
    const first = wanted.findIndex((line, i) => line !== again[i]);
    expect(again.slice(first, first + 3)).to.deep.equal(wanted.slice(first, first + 3));
    expect(again).to.have.length(wanted.length);
  });
});

/** Less the date and the name. */
function comparable(sql: Buffer): string[] {
  const text = sql.toString('latin1').replace(/-- Dump completed on [^\n]*\n$/, '');
  return text.replaceAll('source', 'target').split('\n');
}
