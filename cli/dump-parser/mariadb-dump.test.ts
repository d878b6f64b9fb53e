import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { emptyInventory, type Inventory, OBJECT_KINDS, type ObjectKind } from '../../protocol/manifest.ts';
import { type MariaDb, sharedMariaDb } from '../../testing/databases/mariadb.ts';
import type { MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import { dumpArguments } from '../dump/dump-arguments.ts';
import type { DumpContents } from './dump-contents.ts';
import { InventoryScanner } from './inventory-scanner.ts';

const run = promisify(execFile);

const DATABASE = 'inventory';
const ODD = 'odd `na;me ("é")';

/** Names and texts that would pass for a delimiter, a comment, a row or another statement if they were not read as what they are. */
const SCHEMA = `
create table types (id int primary key auto_increment, a bit(8), b tinyint, c smallint unsigned, d mediumint, e bigint,
  f decimal(20,5), g float, h double, i char(3), j varchar(50), k binary(4), l varbinary(20), m blob, n text,
  o enum('a','b''c'), p set('x','y'), q date, r time(3), s datetime(6), t timestamp null, u year, v json, w point, x uuid, y inet6);
insert into types (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y) values
  (b'101', -1, 65535, -5, -9223372036854775808, -1.5, -1e-10, 1e300, 'a', 'x', x'00ff', x'2728295c', x'00', ' ', 'b''c', 'x,y',
   '2024-01-01', '-10:00:00', '2024-01-01 00:00:00.123456', '2024-01-01', 2024, '{"a": "b"}', point(1,2), uuid(), '::1');
insert into types () values (), ();
create table \`${ODD.replaceAll('`', '``')}\` (\`a\`\`b\` int, \`c d;\` varchar(10) default '),(')
  comment 'line one
-- Dump completed; insert into x values (1),(2)';
insert into \`${ODD.replaceAll('`', '``')}\` values (1, 'a'), (2, 'b');
create table generated (a int, b varchar(50) generated always as (concat(a, '),(', ';', "\\"", '\\\\')) stored);
insert into generated (a) values (1), (2), (3);
create table texts (id int primary key auto_increment, t longtext, b longblob);
insert into texts (t, b) values ('),(', '),('), ('\\'', '\\''), ('\\\\', '\\\\'), ('\\\\\\'', '\\\\\\''), ('a\\0b', 'a\\0b'),
  ('\n-- Dump completed on 2026-01-01\n', '\n-- Dump completed'), (';\nINSERT INTO \`empty\` VALUES (1);\n', ';;'), ('/*', '*/'),
  ('DELIMITER ;;', '\nDELIMITER ;;\n'), ('🐈 "é"', x'ff27fe5c'), ('', ''), (null, null), ('#', '-- '), ('\\\\Z\\b\\r\\n\\t%_', '\\Z');
create table large (t longtext);
insert into large values (repeat('x\\'),(\\\\', 2700000));
create table aria (a int) engine=MyISAM;
insert into aria values (1), (-2);
create table parted (a int) partition by list (a) (partition \`p(0)\` values in (1, 2), partition p1 values in (3));
insert into parted values (1), (3);
create table empty (a int);
create view a_view as select id, 'two
lines; ),(' as t from types;
create view b_view as select t from a_view;
create view \`1 as a\` as select 1 as \`a\`;
create sequence numbers start with 5;
create trigger shout before insert on generated for each row begin /* isn't it */ insert into types (b) values (1), (2); end;
create trigger whisper after insert on generated for each row set @a = ';;', @b = "'", @c = '/*';
create procedure bodied(in x int) comment 'it''s;' begin -- Dump completed
-- Dump completed
create table if not exists inner_table (a int); insert into inner_table values (1), (2); select 'a;;b', "c'd", 1--1; # it's
insert into inner_table values (3); end;
create function one() returns int deterministic return 1;
create aggregate function summing(x int) returns int begin declare s int default 0;
  declare continue handler for not found return s; loop fetch group next row; set s = s + x; end loop; end;
create event daily on schedule every 1 day do begin insert into generated (a) values (1); end;
set sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES';
create procedure unescaped() begin select '\\', ';', 'x' as "a\\"; insert into types (b) values (1); end;
create trigger unescaping before delete on generated for each row set @x = '\\';
set sql_mode = ORACLE;
create package pkg as procedure p1; end;
create package body pkg as procedure p1 as begin insert into generated (a) values (1); end; end;`;

const IN_SCHEMA = {
  tables:
    "select table_name from information_schema.tables where table_type = 'BASE TABLE' and table_schema = database()",
  sequences:
    "select table_name from information_schema.tables where table_type = 'SEQUENCE' and table_schema = database()",
  views: 'select table_name from information_schema.views where table_schema = database()',
  triggers: 'select trigger_name from information_schema.triggers where trigger_schema = database()',
  procedures: routines('PROCEDURE'),
  functions: routines('FUNCTION'),
  packages: routines('PACKAGE'),
  package_bodies: routines('PACKAGE BODY'),
  events: 'select event_name from information_schema.events where event_schema = database()',
} as const satisfies Record<ObjectKind, string>;

const NOTHING_AMISS = { misreadings: [], unexpected: [], occasions: new Map(), databases: [] };

/** The real thing: what the real mysqldump writes, held against what the server says. */
describe('inventory of MariaDB', function () {
  this.timeout(120_000);
  let mariadb: MariaDb;
  const expected = emptyInventory();

  before(async () => {
    mariadb = await sharedMariaDb();
    await mariadb.sql(`create database ${DATABASE} default character set utf8mb4`);
    await mariadb.sql(SCHEMA, DATABASE);
    for (const kind of OBJECT_KINDS) {
      const names = await column(IN_SCHEMA[kind]);
      expect(names, kind).to.not.deep.equal([]);
      if (kind !== 'tables') expected[kind] = names.sort();
      else for (const name of names.sort()) expected.tables.push({ name, rows: await rowsOf(name), bytes: 0 });
    }
  });
  after(() => mariadb.sql(`drop database ${DATABASE}`));

  const column = async (query: string) =>
    (await mariadb.sql(query, DATABASE)).map(row => String(Object.values(row)[0]));
  const rowsOf = async (table: string) =>
    Number((await column(`select count(*) from \`${table.replaceAll('`', '``')}\``))[0]);

  async function dump(...options: string[]): Promise<Buffer> {
    const { host, port, user, password } = mariadb;
    const source = { label: DATABASE, database: DATABASE, host, port, user, password, dumpOptions: options };
    const client = { flavour: 'mariadb', knows: () => false } as unknown as MysqldumpClient;
    const args = dumpArguments({ ...source, shrinkLimitPercent: 0 }, client).slice(1);
    const env = { ...process.env, MYSQL_PWD: password };
    const { stdout } = await run('mysqldump', ['--no-defaults', ...args], {
      env,
      encoding: 'buffer',
      maxBuffer: 1 << 28,
    });
    return stdout;
  }

  for (const options of [
    [],
    ['--skip-extended-insert'],
    ['--complete-insert'],
    ['--complete-insert', '--skip-extended-insert'],
    ['--skip-hex-blob'],
    ['--replace'],
    ['--insert-ignore'],
    ['--compatible=ansi'],
    ['--skip-opt'],
  ])
    it(`is what the server says, with ${options.join(' ') || 'the options of a backup'}`, async () => {
      const seen = contentsOf(await dump(...options));
      expect(comparable(seen.inventory)).to.deep.equal(expected);
      expect(seen.rows).to.equal(expected.tables.reduce((sum, { rows }) => sum + rows, 0));
      expect(seen).to.include({ isBalanced: true, endsWithMarker: true });
      // With --compatible=ansi routines and events are dumped in quotes that do not load: dump_options may not have it.
      if (options[0] !== '--compatible=ansi') expect(seen).to.deep.include(NOTHING_AMISS);
    });

  for (const option of ['--compact', '--skip-comments'])
    it(`is what the server says, without a marker, with ${option}`, async () => {
      const seen = contentsOf(await dump(option));
      expect(comparable(seen.inventory)).to.deep.equal(expected);
      expect(seen).to.include({ isBalanced: true, endsWithMarker: false });
      expect(seen).to.deep.include(NOTHING_AMISS);
    });

  it('is of the rows alone, with --no-create-info', async () => {
    const { inventory } = contentsOf(
      await dump('--no-create-info', '--skip-triggers', '--skip-routines', '--skip-events'),
    );
    const tables = expected.tables.filter(({ rows }) => rows > 0);
    expect(comparable(inventory)).to.deep.equal({ ...emptyInventory(), tables });
  });

  it('is of no rows, with --no-data', async () => {
    const { inventory } = contentsOf(await dump('--no-data'));
    const tables = expected.tables.map(table => ({ ...table, rows: 0 }));
    expect(comparable(inventory)).to.deep.equal({ ...expected, tables });
  });

  it('reads names without quotes, with --skip-quote-names', async () => {
    const { inventory } = contentsOf(await dump('--skip-quote-names', `--ignore-table=${DATABASE}.${ODD}`));
    const tables = expected.tables.filter(({ name }) => name !== ODD);
    expect(comparable(inventory).tables).to.deep.equal(tables);
  });

  it('tells the server, the client, the character set and the place in the log', async () => {
    const seen = contentsOf(await dump());
    const [version] = await column('select version()');
    expect(seen.server).to.deep.equal({ flavour: 'mariadb', version });
    expect(seen.client?.flavour).to.equal('mariadb');
    expect(seen.client?.version).to.match(/^\d+\.\d+\.\d+-MariaDB$/);
    expect(seen).to.include({ characterSet: 'utf8mb4', binlog: null, gtid: null });
  });

  it('counts the bytes from INSERT to the delimiter', async () => {
    const bytes = await dump();
    const text = bytes.toString('latin1');
    const start = text.indexOf('INSERT INTO `large`');
    const { inventory } = contentsOf(bytes);
    const large = inventory.tables.find(({ name }) => name === 'large')!;
    expect(large.bytes).to.be.greaterThan(16 << 20);
    expect(large.bytes).to.equal(text.indexOf("');\n", start) + 3 - start);
  });

  it('never reports a part of a dump as a whole one', async () => {
    const whole = await dump(`--ignore-table=${DATABASE}.large`);
    for (let length = 0; length < whole.length - 1; length += 1 + (length % 97)) {
      const { isBalanced, endsWithMarker } = contentsOf(whole.subarray(0, length));
      const isInMarker = whole.length - length < 40; // of the marker's line only its date is cut
      if (!isInMarker) expect(isBalanced && endsWithMarker, `${length} of ${whole.length} bytes`).to.equal(false);
    }
  });
});

function routines(type: string): string {
  return `select routine_name from information_schema.routines where routine_type = '${type}' and routine_schema = database()`;
}

function contentsOf(dump: Buffer): DumpContents {
  const scanner = new InventoryScanner();
  for (let at = 0; at < dump.length; at += 256 * 1024) scanner.scan(dump.subarray(at, at + 256 * 1024));
  return scanner.end();
}

/** Sorted, and without the bytes, which the server can't tell. */
function comparable(inventory: Inventory): Inventory {
  const sorted = emptyInventory();
  for (const kind of OBJECT_KINDS) if (kind !== 'tables') sorted[kind] = [...inventory[kind]].sort();
  sorted.tables = inventory.tables.map(table => ({ ...table, bytes: 0 })).sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted;
}
