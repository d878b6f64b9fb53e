import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createEverything } from '../../testing/databases/everything/everything.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { openMariaDbSession } from '../../testing/databases/open-session.ts';
import { realDump } from '../../testing/databases/real-dump.ts';
import type { ConnectOptions } from '../mysql/connect.ts';
import type { StatementFilter } from '../restore-filter/restore-filter.ts';
import { loadDump } from './load-dump.ts';
import type { LoadOptions } from './load-options.ts';

/** The dump's statements as they are, but for the database's name where mysqldump writes it. */
const asItIs = (to: string): StatementFilter => ({
  settings: ['SET check_constraint_checks = 0, innodb_strict_mode = 0'],
  apply: statement => {
    if (statement.kind !== 'alter database') return [statement];
    const text = Buffer.from(statement.bytes).toString('latin1');
    return [{ ...statement, bytes: Buffer.from(text.replace(/DATABASE `\w+`/, `DATABASE \`${to}\``), 'latin1') }];
  },
  end: () => [],
  changes: [],
});

async function* chunksOf(dump: Uint8Array, size = 10_000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < dump.length; from += size) yield dump.subarray(from, from + size);
}

describe('loading a dump', function () {
  this.timeout(120_000);
  let server: MariaDb;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-load-'));
    server = await startMariaDb(['--max-allowed-packet=64M']);
  });
  after(async () => {
    await server.stop();
    expect(await readdir(folder), 'files that were left').to.deep.equal([]);
    await rm(folder, { recursive: true });
  });

  /** All tables count as large, and each piece holds few rows. */
  const LIMITS = { smallDump: 0, smallTable: 64, piece: 2000, leastWaiting: 1 };

  const load = (dump: Uint8Array, database: string, more: Partial<LoadOptions> = {}) =>
    loadDump({
      dump: () => chunksOf(dump),
      open: ({ signal }: ConnectOptions) => openMariaDbSession(server, { database, signal }),
      filter: asItIs(database),
      jobs: 3,
      signal: new AbortController().signal,
      limits: LIMITS,
      workFolder: folder,
      ...more,
    });

  /** What a dump says, but for its date and the name of its database. */
  const said = (dump: Buffer, database: string) =>
    dump
      .toString('latin1')
      .replaceAll(database, 'source')
      .replace(/Dump completed on .*/, '');

  const expectSame = async (dump: Buffer, database: string, options = ['--dump-history'], source = 'source') => {
    const [wanted, found] = [said(dump, source), said(await realDump(server, database, ...options), database)];
    const at = [...wanted].findIndex((character, at) => character !== found[at]);
    const around = (text: string) => text.slice(Math.max(0, at - 200), at + 200);
    expect(found === wanted, `wanted …${around(wanted)}… found …${around(found)}…`).to.equal(true);
  };

  it('gives the same bytes when it is dumped again, in order and side by side', async () => {
    const root = await server.connect();
    const [[row]] = (await root.query('select version() as version')) as unknown as [[{ version: string }]];
    await createEverything(root, {
      flavour: 'mariadb',
      version: row.version,
      database: 'source',
      largestRow: 3_000_000,
    });
    await root.end();
    const dump = await realDump(server, 'source', '--dump-history', '--net-buffer-length=4096');
    for (const [database, jobs, way] of [
      ['in_order', 1, 'in order'],
      ['by_side', 3, 'side by side'],
    ] as const) {
      await server.sql(`create database ${database} character set utf8mb4 collate utf8mb4_unicode_ci`);
      const made = new Set<string>();
      const result = await load(dump, database, { jobs, onProgress: ({ what }) => made.add(what) });
      expect(result).to.include({ way, whyInOrder: way === 'in order' ? 'one connection was asked for' : undefined });
      expect(made.has('the keys of table nullable_unique'), 'keys that come later').to.equal(jobs > 1);
      await expectSame(await realDump(server, 'source', '--dump-history'), database);
    }
  });

  it('names each definer that does not exist on the server, of any kind of object', async () => {
    const accounts = [
      'viewer@localhost',
      "`a b`@'192.0.2.%'",
      "`a c`@'192.0.2.%'",
      'caller@localhost',
      'there@localhost',
    ];
    await server.sql(accounts.map(account => `create user ${account}`).join('; '));
    await server.sql('create database owned; create table owned.t (a int); insert into owned.t values (1)');
    const [viewer, ab, ac, caller, there] = accounts;
    for (const statement of [
      `create definer = ${viewer} view v as select 1 as a`,
      `create definer = ${there} view w as select 1 as a`,
      `create definer = ${ab} trigger tr before insert on t for each row set new.a = 2`,
      `create definer = ${ac} procedure p() select 'DEFINER=\`x\`@\`y\`'`,
      `create definer = ${caller} event e on schedule every 1 day disable do select 1`,
      `create definer = ${caller} function f() returns int deterministic return 1`,
    ])
      await server.sql(statement, 'owned');
    const dump = await realDump(server, 'owned');
    await server.sql(`drop user ${accounts.slice(0, 4).join(', ')}`);
    for (const jobs of [1, 3]) {
      const database = `owned_${jobs}`;
      await server.sql(`create database ${database}`);
      const { missingDefiners, changes } = await load(dump, database, { jobs });
      expect([...missingDefiners].sort()).to.deep.equal([
        ...['`a b`@`192.0.2.%`', '`a c`@`192.0.2.%`', '`caller`@`localhost`', '`viewer`@`localhost`'],
      ]);
      expect(changes.map(({ action, what }) => `${action}: ${what}`)).to.include(
        'reported: DEFINER `viewer`@`localhost` does not exist on this server',
      );
    }
    await server.sql('drop user there@localhost');
  });

  it('lets those keys come later that the server which loads allows: comments that are code differ for the dumped one', async () => {
    const insert = (table: string) =>
      `INSERT INTO \`${table}\` VALUES ${Array.from({ length: 99 }, (_, n) => `(${n},${n})`).join()};\n`;
    const dump = Buffer.from(
      `-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n--\n-- Host: h    Database: of_mysql\n${[
        ['with_history', '', ' /*M!100300 WITH SYSTEM VERSIONING */'],
        ['plain', ' /*!80023 INVISIBLE */', ''],
      ]
        .map(
          ([name, column, table]) =>
            `CREATE TABLE \`${name}\` (\n  \`id\` int NOT NULL,\n  \`v\` int DEFAULT NULL${column},\n  PRIMARY KEY (\`id\`),\n  KEY \`v\` (\`v\`)\n) ENGINE=InnoDB${table};\n${insert(name!)}`,
        )
        .join('')}-- Dump completed on 2026-01-01  0:00:00\n`,
    );
    await server.sql('create database of_mysql');
    const [row] = await server.sql('select version() as version');
    const target = { flavour: 'mariadb', version: String(row!.version) } as const;
    const what = new Set<string>();
    const filter = { ...asItIs('of_mysql'), target };
    const { way } = await load(dump, 'of_mysql', { filter, onProgress: progress => what.add(progress.what) });
    expect(way).to.equal('side by side');
    expect([...what].filter(text => /keys of/.test(text))).to.deep.equal(['the keys of table plain']);
  });

  describe('of tables with many rows', () => {
    let dump: Buffer;
    let rows = 0;
    before(async () => {
      await server.sql(`create database many character set utf8mb4 collate utf8mb4_unicode_ci`);
      for (const statement of MANY) await server.sql(`set foreign_key_checks = 0; ${statement}`, 'many');
      dump = await realDump(server, 'many', '--net-buffer-length=4096');
      const tables = await server.sql(
        `select table_name as t from information_schema.tables where table_schema = 'many' and engine is not null and table_type = 'BASE TABLE'`,
      );
      for (const { t } of tables) rows += Number((await server.sql(`select count(*) as n from ${t}`, 'many'))[0]!.n);
    });

    const expectLoads = async (database: string, bytes: Buffer, more: Partial<LoadOptions> = {}) => {
      await server.sql(`create database ${database} character set utf8mb4 collate utf8mb4_unicode_ci`);
      const result = await load(bytes, database, more);
      await expectSame(dump, database, ['--net-buffer-length=4096'], 'many');
      await server.sql(`drop database ${database}`);
      return result;
    };

    it('gives the same bytes, with keys, foreign keys in a circle and the order of rows without a key', async () => {
      const what = new Set<string>();
      const result = await expectLoads('many_side', dump, { onProgress: progress => what.add(progress.what) });
      expect(result).to.include({ way: 'side by side', rows });
      expect(result.keysSeconds).to.be.within(0, result.seconds);
      expect([...what].filter(text => /keys of/.test(text)).sort()).to.deep.equal(KEYS_LATER);
      expect(await expectLoads('many_order', dump, { jobs: 1 })).to.include({ keysSeconds: undefined });
    });

    it('gives the same bytes under Deno', async () => {
      const path = join(folder, 'many.sql');
      await writeFile(path, dump);
      await server.sql('create database many_deno character set utf8mb4 collate utf8mb4_unicode_ci');
      const { host, port, user, password } = server;
      const source = { label: 'd', database: 'many_deno', host, port, user, password, dumpOptions: [] };
      const script = `
        import { createReadStream } from 'node:fs';
        import { connect } from '${import.meta.resolve('../mysql/connect.ts')}';
        import { loadDump } from '${import.meta.resolve('./load-dump.ts')}';
        const { way } = await loadDump({
          dump: () => createReadStream(${JSON.stringify(path)}),
          open: options => connect(${JSON.stringify(source)}, options),
          filter: { settings: [], apply: statement => [statement], end: () => [], changes: [] },
          jobs: 3,
          signal: new AbortController().signal,
          limits: ${JSON.stringify(LIMITS)},
          workFolder: ${JSON.stringify(folder)},
        });
        console.log(way);`;
      const cwd = join(import.meta.dirname, '../..');
      const { stdout } = await promisify(execFile)('deno', ['eval', '--quiet', '--ext=ts', script], { cwd });
      await rm(path);
      expect(stdout).to.equal('side by side\n');
      await expectSame(dump, 'many_deno', ['--net-buffer-length=4096'], 'many');
    });

    for (const [option, kept] of [
      ['--replace', 'the later'],
      ['--insert-ignore', 'the earlier'],
    ] as const)
      it(`keeps ${kept} of two rows with the same unique key for a dump made with ${option}`, async () => {
        const made = await realDump(server, 'many', '--net-buffer-length=4096', '--skip-add-locks', option);
        const text = made.toString('latin1');
        const other = Buffer.from(text.replace('(1500,0,1500,0)', '(7,0,1500,0)'), 'latin1');
        for (const jobs of [1, 3]) {
          const database = `many_same_${jobs}`;
          await server.sql(`create database ${database} character set utf8mb4 collate utf8mb4_unicode_ci`);
          await load(other, database, { jobs });
          const [row] = await server.sql('select b from clustered where a = 7', database);
          expect(row!.b, `${jobs}`).to.equal(option === '--replace' ? 1493 : 0);
          await server.sql(`drop database ${database}`);
        }
      });

    for (const options of [
      ['--replace'],
      ['--insert-ignore'],
      ['--no-autocommit'],
      ['--skip-extended-insert'],
      ['--skip-add-locks', '--skip-disable-keys', '--skip-set-charset', '--complete-insert'],
      ['--hex-blob', '--skip-quick', '--tz-utc', '--default-character-set=latin1'],
    ])
      it(`gives the same bytes for a dump made with ${options.join(' ')}`, async () => {
        const other = await realDump(server, 'many', '--net-buffer-length=4096', ...options);
        const result = await expectLoads('many_other', other);
        expect(result.way).to.equal('side by side');
        expect(result.rows).to.equal(rows);
      });
  });
});

/** Each with more rows than fit into a piece. */
const ROW_COUNT = 1500;
const seq = `from seq_1_to_${ROW_COUNT} order by seq`;
const MANY = [
  `create table counted (id int not null auto_increment primary key, a varchar(40), b int, c int not null, d varchar(20) character set latin1,
    unique key of_b (b), key falling (c desc, a(7)), key \`sch\`\`öne\` (a) comment 'größe; ),', key unseen (c) ignored, key tree (d) using btree,
    check (c > -5), key several (a, b, c)) auto_increment = 90000`,
  `insert into counted select seq * 3, concat('näme ', seq % 17), if(seq % 3, seq, null), seq % 7, 'ß' ${seq}`,
  `create table bare (a int, b varchar(20), c int, key (a), key (b, a))`,
  `insert into bare select (seq * 7919) % 1000, concat('x', seq), seq ${seq}`,
  `create table clustered (a int, b int not null, c int not null, d int, unique key of_a (a), unique key of_b (b), unique key of_c (c), key of_d (d))`,
  `insert into clustered select seq, ${ROW_COUNT} - seq, seq, seq % 5 ${seq}`,
  `create table second_counted (kind int not null, n int not null auto_increment, v int, primary key (kind, n), key one (v), key for_n (n), key two (v, kind))`,
  `insert into second_counted select seq % 3, seq, seq % 11 ${seq}`,
  `create table computed (id int primary key, a int, b int as (a * 2) virtual, c int as (a + 1) stored, d varchar(40) default (uuid()),
    key plain (a), key of_b (b), key of_c (c), key last (a, d))`,
  `insert into computed (id, a) select seq, seq % 13 ${seq}`,
  `create table child (id int primary key, parent int, other varchar(20), self int, key of_parent (parent), key of_self (self), key of_other (other),
    constraint child_parent foreign key (parent) references parent (id) on delete cascade,
    constraint child_other foreign key (other) references parent (code) on update cascade, constraint child_self foreign key (self) references child (id))`,
  `insert into child select seq, seq % 100 + 1, concat('c', seq % 50 + 1), seq ${seq}`,
  `create table parent (id int primary key, code varchar(20) not null, favourite int, unique key of_code (code), key of_favourite (favourite),
    constraint parent_favourite foreign key (favourite) references child (id))`,
  `insert into parent select seq, concat('c', seq), seq ${seq}`,
  `create table a_broken (id int primary key, a int, b varchar(10), key of_a (a), key of_b (b), constraint to_nothing foreign key (a) references nowhere (id),
    constraint to_no_key foreign key (a) references z_without_key (x), constraint to_other_type foreign key (a) references z_without_key (y))`,
  `insert into a_broken select seq, seq, 'b' ${seq}`,
  `create table z_without_key (x int, y bigint, key (y))`,
  `insert into z_without_key values (1, 1)`,
  `create table words (id int primary key, t text, v int, fulltext key (t), key (v))`,
  `insert into words select seq, concat('word', seq), seq ${seq}`,
  `create table places (id int primary key, g point not null, v int, spatial key (g), key (v))`,
  `insert into places select seq, point(seq, 1), seq ${seq}`,
  `create table parted (id int, v int, primary key (id), key (v)) partition by hash (id) partitions 3`,
  `insert into parted select seq, seq % 9 ${seq}`,
  `create table of_myisam (id int auto_increment primary key, v int, key (v)) engine=MyISAM`,
  `insert into of_myisam select ${ROW_COUNT} - seq + 1, seq ${seq}`,
  `create table of_aria (v int, w int, key (v)) engine=Aria`,
  `insert into of_aria select seq % 10, seq ${seq}`,
  `create table empty (id int primary key, v int, key (v), constraint to_parent foreign key (v) references parent (id))`,
  `create table logged (n int auto_increment primary key, what varchar(10), key (what))`,
  `insert into logged (what) values ('by hand')`,
  `create trigger logs after insert on bare for each row insert into logged (what) values ('trigger')`,
  `create trigger logs_parent before insert on parent for each row set new.code = 'wrong'`,
  `create view seen as select p.code, c.other from parent p join child c on c.parent = p.id`,
  `create procedure adding() insert into bare values (1, 'x', 1)`,
  `create event cleaning on schedule every 1 day disable do delete from logged`,
  `create sequence numbers start with 42`,
];
const KEYS_LATER = [
  ...['a_broken', 'child', 'empty', 'parent'].map(name => `the foreign keys of table ${name}`),
  ...['a_broken', 'bare', 'child', 'clustered', 'computed', 'counted', 'parent', 'second_counted'].map(
    name => `the keys of table ${name}`,
  ),
];
