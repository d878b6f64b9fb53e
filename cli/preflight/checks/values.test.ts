import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Finding, stateOf } from '../../../protocol/finding.ts';
import { startMariaDb } from '../../../testing/databases/mariadb.ts';
import { roundTrip } from '../../../testing/databases/round-trip.ts';
import { PASSWORD, type SourceServer } from '../../../testing/databases/source-server.ts';
import { SERVERS } from '../../../testing/databases/source-servers.ts';
import { filterByBlock } from '../../../testing/docs/documented-filter.ts';
import { blocksRunBy } from '../../../testing/docs/pages.ts';
import { leftOut } from '../../config/partial-dumps.ts';
import { connect, type Session } from '../../mysql/connect.ts';
import type { ServerFacts } from '../../mysql/server-facts.ts';
import { TimedQuestions } from '../../mysql/timed-questions.ts';
import { runPreflight } from '../preflight.ts';
import { probeValues } from '../source/probe-values.ts';
import type { SourceObjects } from '../source/source-objects.ts';
import { suspectColumn } from '../source/suspect-columns.ts';
import { examineValues } from './examine-values.ts';
import { valueFindings } from './value-findings.ts';

const DATABASE = 'pt_values';
const signal = new AbortController().signal;

for (const { name, flavour, open } of SERVERS)
  describe(`the values and tables of ${name}`, function () {
    this.timeout(60_000);
    let server: SourceServer;
    let folder: string;
    before(async function () {
      const opened = await open();
      if (!opened) return this.skip();
      server = opened;
      folder = await mkdtemp(join(tmpdir(), 'lumbung-values-'));
      await server.sql(`drop user if exists lumbung@'%'; create user lumbung@'%' identified by '${PASSWORD}';
        grant all on *.* to lumbung@'%'`);
    });
    after(async () => {
      await server?.sql(`drop user if exists lumbung@'%'; drop database if exists ${DATABASE}`);
      await server?.[Symbol.asyncDispose]();
      if (folder) await rm(folder, { recursive: true });
    });

    const create = (schema: string) =>
      server.sql(
        `drop database if exists ${DATABASE}; create database ${DATABASE} character set utf8mb4; use ${DATABASE}; ${schema}`,
      );
    const trip = (options: Partial<Parameters<typeof roundTrip>[2]> = {}) =>
      roundTrip(server, DATABASE, { folder, ...options });
    const told = (findings: readonly Finding[]) =>
      findings.map(({ code, message }) => `${code} ${/: (.*?)(?:;|$)/.exec(message)?.[1]}`);
    const isMaria = flavour === 'mariadb';

    it('come back with every character set that is called whole, and of all others something is lost', async () => {
      const sets = (
        (await server.sql(
          `select character_set_name as name, maxlen from information_schema.character_sets where character_set_name <> 'binary' order by 1`,
        )) as { name: string; maxlen: number }[]
      ).filter(it => it.name !== 'gb18030');
      // All bytes, and for sets with longer characters all pairs of them: what a column keeps of that.
      const digits =
        'select 0 as n union select 1 union select 2 union select 3 union select 4 union select 5 union select 6 union select 7 union select 8 union select 9 union select 10 union select 11 union select 12 union select 13 union select 14 union select 15';
      await create(`set sql_mode = ''; create table bytes (h binary(1) primary key); create table all_of (h varbinary(2) primary key);
        insert into bytes select unhex(lpad(hex(a.n * 16 + b.n), 2, '0')) from (${digits}) a, (${digits}) b;
        insert into all_of select h from bytes; insert into all_of select concat(a.h, b.h) from bytes a, bytes b where ord(b.h) % 16 < 2;
        ${sets
          .map(({ name, maxlen }) => {
            const all = maxlen === 1 ? 'bytes' : 'all_of';
            return `create table of_${name} (h varbinary(2) primary key, t varchar(4) character set ${name});
              insert ignore into of_${name} select h, h from ${all}; delete from of_${name} where t is null or hex(t) <> hex(h)`;
          })
          .join(';')}`);
      const { findings, error, altered } = await trip();
      expect(error).to.equal(undefined);
      const flagged = sets.filter(({ name }) =>
        findings.some(({ code, message }) => code === 'VALUES_LOST' && message.includes(`of_${name}.t`)),
      );
      const beyondTheFirstTen = /and (\d+) more/.exec(findings[0]!.message)![1];
      expect(altered).to.include.members(flagged.map(({ name }) => `of_${name}`));
      expect(altered).to.have.length(flagged.length + Number(beyondTheFirstTen));
      expect(altered).to.have.length(21);
      expect(findings.map(({ code }) => code)).to.deep.equal(['VALUES_LOST']);
    });

    it('report no texts that are restored unchanged, in any character set', async () => {
      await create(`create table texts (id int primary key, a varchar(20) character set ascii, b text character set cp1251,
        c char(5) character set sjis, d enum('ü', 'x') character set hp8, e varchar(9) character set latin1);
        insert into texts values (1, 'plain', 'Привет', 'ソ', 'ü', '€'), (2, null, null, null, null, null), (3, '', '', '', 'x', '')`);
      expect(await trip()).to.deep.include({ findings: [], error: undefined, altered: [] });
    });

    it('report bytes that have no counterpart in utf8mb4, with the statement that shows the rows', async () => {
      const ascii = isMaria ? `(2, x'61E4', null)` : `(2, 'a', null)`;
      await create(`create table texts (id int primary key, a varchar(20) character set ascii, b varchar(9) character set cp1251);
        insert into texts values (1, 'plain', x'98'), ${ascii}`);
      const { findings, error, altered } = await trip();
      expect([error, altered]).to.deep.equal([undefined, ['texts']]);
      expect(told(findings)).to.deep.equal(
        [`VALUES_LOST ${isMaria ? 'texts.a (ascii), ' : ''}texts.b (cp1251)`].map(it =>
          it.replace('VALUES_LOST ', 'VALUES_LOST a restore changes them: '),
        ),
      );
      const select = /To see them: (SELECT .*?;)/.exec(findings[0]!.advice!)![1]!;
      expect(
        await server
          .sql(`use ${DATABASE}; ${select}`)
          .then(rows => (rows.at(-1) as { id: number }[]).map(({ id }) => id)),
      ).to.deep.equal([isMaria ? 2 : 1]);
      // Its advice: binary columns are dumped as they are.
      await server.sql(`use ${DATABASE}; alter table texts modify a varbinary(20), modify b varbinary(9)`);
      expect(await trip()).to.deep.include({ findings: [], altered: [] });
    });

    it('warn of FLOAT only where something is rounded, and not of FLOAT with digits of its own', async () => {
      await create(`create table rates (id int auto_increment primary key, f float, g float(10, 2), h float(20, 10), d double, n float unsigned);
        create view v as select f from rates;
        insert into rates (f, g, h, d, n) values (0.1, 16777215, 3.1415926535, 3.141592653589793, 0.5), (-1e30, 0.01, 0, 1e308, 123456), (null, null, null, null, null)`);
      expect(await trip()).to.deep.include({ findings: [], error: undefined, altered: [] });
      await server.sql(`insert into ${DATABASE}.rates (f) values (16777215)`);
      const { findings, altered } = await trip();
      expect(told(findings)).to.deep.equal(['VALUES_ROUNDED rates.f']);
      expect([stateOf(findings), altered]).to.deep.equal(['complete', ['rates']]);
    });

    it('report rows that differ in a unique key beyond the sixth digit of a FLOAT only: they do not load', async () => {
      await create(`create table of_key (f float primary key); insert into of_key values (16777215), (16777214);
        create table of_more (id int primary key, s varchar(20), f float, unique key both_of (s(2), f));
        insert into of_more values (1, 'abc', 1.0000001), (2, 'abd', 1.0000002), (3, null, 1), (4, null, 1);
        create table apart (f float, g int, unique key (f, g)); insert into apart values (16777215, 1), (16777214, 2), (null, 3), (null, 3);
        create table no_key (f float, key (f)); insert into no_key values (16777215), (16777214)`);
      const { findings, error } = await trip();
      expect(error).to.match(/1062|1180/);
      expect(told(findings)).to.deep.equal([
        'VALUES_ROUNDED apart.f, no_key.f, of_key.f, of_more.f',
        'WILL_NOT_LOAD of_key.PRIMARY, of_more.both_of',
      ]);
      expect(stateOf(findings)).to.equal('incomplete');
      await server.sql(`use ${DATABASE}; alter table of_key modify f double; alter table of_more modify f double`);
      const after = await trip();
      expect([after.error, told(after.findings)]).to.deep.equal([undefined, ['VALUES_ROUNDED apart.f, no_key.f']]);
    });

    it('report the century that a YEAR(2) loses, and keys that do not load because of it', async function () {
      if (flavour === 'mysql') return this.skip();
      await create(`create table empty (y year(2)); create table plain (y year); insert into plain values (1950);
        create table born (id int primary key, y year(2)); insert into born values (1, 1950), (2, 2050), (3, null);
        create table of_key (y year(2) primary key); insert into of_key values (1950), (2050);
        create table apart (y year(2), g int, unique key (y, g)); insert into apart values (1950, 1), (2050, 2), (null, 3), (null, 3)`);
      const { findings, error } = await trip();
      expect(error).to.match(/1062|1180/);
      expect(told(findings)).to.deep.equal([
        'VALUES_ROUNDED apart.y, born.y, of_key.y',
        'WILL_NOT_LOAD of_key.PRIMARY',
      ]);
      await server.sql(
        `use ${DATABASE}; drop table of_key; alter table born modify y year; alter table apart modify y year`,
      );
      expect(await trip()).to.deep.include({ findings: [], error: undefined, altered: [] });
    });

    it('report NULL in an AUTO_INCREMENT column, and bring a 0 back as it is', async () => {
      await create(
        `create table plain (id int auto_increment primary key); set sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; insert into plain values (0), (5)`,
      );
      expect(await trip()).to.deep.include({ findings: [], error: undefined, altered: [] });
      await server.sql(
        `use ${DATABASE}; create table nullable (id int auto_increment null, v int, key (id)); insert into nullable values (1, 1), (2, 2); update nullable set id = null where v = 2`,
      );
      const { findings, altered } = await trip();
      expect(told(findings)).to.deep.equal(['VALUES_LOST nullable.id']);
      expect(altered).to.deep.equal(['nullable']);
    });

    it("report values of an ENUM or SET that look like its member '', and bring all others back", async () => {
      await create(`set sql_mode = ''; create table fine (id int primary key, e enum('a', 'b,''c'), s set('x', 'y')) character set latin1;
        insert ignore into fine values (1, 'no such', 'no such'), (2, '', ''), (3, 'b,''c', 'x,y'), (4, 0, 0);
        create table odd (id int primary key, e enum('a', '', 'b'), s set('', 'x', 'y'), l set('a', '')); insert into odd values (1, 2, 2, 1), (2, 'b', 'x,y', 3)`);
      expect(await trip()).to.deep.include({ findings: [], error: undefined, altered: [] });
      for (const [row, column] of [
        ['3, 0, 0, 0', 'e'],
        ['3, 1, 1, 0', 's'],
        ['3, 1, 3, 0', 's'],
        ['3, 1, 0, 2', 'l'],
      ]) {
        await server.sql(`use ${DATABASE}; set sql_mode = ''; replace into odd values (${row})`);
        const { findings, altered } = await trip();
        expect(told(findings), row).to.deep.equal([`VALUES_LOST a restore changes them: odd.${column}`]);
        expect(altered, row).to.deep.equal(['odd']);
      }
    });

    it('bring odd dates, times and numbers back, and report dates that do not exist', async () => {
      await create(`set sql_mode = ''; create table odd (id int primary key, d date, n datetime(6), t time(3), y year, b bit(13), z decimal(10, 2) zerofill,
        big decimal(65, 30), u bigint unsigned, dd double, w timestamp null, bin varbinary(9) default x'00FF', x int default (1 + 1));
        insert into odd values (1, '0000-00-00', '0000-00-00', '-838:59:59', 0, b'1011', 5, 12345678901234567890123456789012345.123456789012345678901234567891, 18446744073709551615, 1.7976931348623157e308, 0, x'0A00', 1),
        (2, '2020-00-00', '2024-02-29 23:59:59.999999', '-00:00:00.5', 1901, 0, 0, -1, 0, 5e-324, '1970-01-01 00:00:01', '', 2), (3, '9999-12-31', '0001-01-01', '00:00:00', 2155, 8191, null, null, null, null, null, null, null)`);
      expect(await trip()).to.deep.include({ findings: [], error: undefined, altered: [] });
      await server.sql(
        `use ${DATABASE}; set sql_mode = 'ALLOW_INVALID_DATES'; insert into odd (id, d) values (4, '2021-02-31'); insert into odd (id, n) values (5, '2023-02-29 10:00:00')`,
      );
      const { findings, altered } = await trip();
      expect(told(findings)).to.deep.equal(['VALUES_LOST they come back as 0000-00-00: odd.d, odd.n']);
      expect(altered).to.deep.equal(['odd']);
      const edit = asDocumented(/ALLOW_INVALID_DATES/);
      expect((await trip({ edit })).altered).to.deep.equal([]);
    });

    it('report stored generated columns that a load computes to something else', async () => {
      await create(`create table fine (id int primary key, a decimal(9, 4), b decimal(9, 1) as (a / 3) stored, n datetime, d date as (n) stored, c varchar(2) as (concat('abc', id)) stored);
        set sql_mode = '', time_zone = '+00:00'; insert into fine (id, a, n) values (1, 1, '2024-01-01 03:00:00');
        create table of_zone (id int primary key, w timestamp null, d date as (date(w)) stored, h int as (hour(w)) stored, s varchar(30) as (concat('x', w)) stored, v int as (hour(w)) virtual);
        insert into of_zone (id, w) values (1, '2024-01-01 03:00:00')`);
      expect(await trip()).to.deep.include({ findings: [], error: undefined, altered: [] });
      await server.sql(
        `use ${DATABASE}; set time_zone = '+07:00'; insert into of_zone (id, w) values (2, '2024-01-01 03:00:00')`,
      );
      const { findings, altered } = await trip();
      expect(told(findings)).to.deep.equal(['VALUES_LOST of_zone.d, of_zone.h, of_zone.s'].map(it => it));
      expect(altered).to.deep.equal(['of_zone']);
    });

    it('report a stored generated column that a load cannot compute', async function () {
      if (isMaria) return this.skip();
      await create(`create table odd (id int primary key, u int unsigned, w int unsigned, x bigint as (u - w) stored);
        set sql_mode = 'NO_UNSIGNED_SUBTRACTION'; insert into odd (id, u, w) values (1, 1, 2)`);
      const { findings, error } = await trip();
      expect(error).to.contain('1690');
      expect(told(findings)).to.deep.equal(['WILL_NOT_LOAD odd.x']);
    });

    it("report a table whose file name is not one of the server's: it does not load until it is renamed", async function () {
      // MySQL 8 has such tables no more: it knows only what is in its dictionary.
      if (!isMaria) return this.skip();
      await create(
        `create table odd (id int) engine = MyISAM; insert into odd values (1); flush tables; create table plain (id int)`,
      );
      const [row] = (await server.sql('select @@datadir as path')) as { path: string }[];
      const files = (await readdir(join(row!.path, DATABASE))).filter(file => file.startsWith('odd.'));
      for (const file of files)
        await rename(join(row!.path, DATABASE, file), join(row!.path, DATABASE, file.replace('odd.', 'a-b.')));
      const { findings, error } = await trip();
      expect(error).to.contain('1103');
      expect(told(findings)).to.include('WILL_NOT_LOAD #mysql50#a-b');
      await server.sql(
        `use ${DATABASE}; ${findings.find(({ code }) => code === 'WILL_NOT_LOAD')!.advice!.replace(/^.*?: /, '')}`,
      );
      const after = await trip();
      expect([after.error, told(after.findings), after.altered]).to.deep.equal([
        undefined,
        ['NOT_TRANSACTIONAL a-b (MyISAM)'],
        [],
      ]);
    });

    it('report folders that the restoring server must have, and load elsewhere without them', async function () {
      // MySQL's SHOW CREATE TABLE tells no folder of a MyISAM table, and its InnoDB takes known folders only.
      if (!isMaria) return this.skip();
      const outside = join(folder, 'outside');
      await mkdir(outside);
      await create(`create table i (id int primary key comment ' DATA DIRECTORY=''/no''') data directory = '${outside}';
        create table p (id int primary key) partition by range (id)
          (partition a values less than (10) data directory = '${outside}', partition b values less than maxvalue);
        create table m (id int primary key) engine = MyISAM data directory = '${outside}' index directory = '${outside}';
        insert into i values (1); insert into p values (1), (11); insert into m values (1);
        create table none (id int primary key) comment ' DATA DIRECTORY=''/no'' ' partition by range (id) (partition a values less than maxvalue)`);
      const { findings, error } = await trip();
      expect(error, 'beside the original').to.contain('CREATE TABLE `m`');
      const found = findings.find(({ code }) => code === 'RESTORE_PREREQUISITE')!;
      const where = ['i', 'm', 'p'].map(table => `${table} (${outside})`);
      expect(
        found.message.replaceAll(`${outside}/`, outside).endsWith(`: ${where.join(', ')}`),
        found.message,
      ).to.equal(true);
      const edit = asDocumented(/INDEX\) DIRECTORY/);
      expect(await trip({ edit })).to.deep.include({ error: undefined, altered: [] });
    });

    it('report foreign keys that are no longer what a load creates, and load by the advice', async () => {
      await create(`create table fine (a varchar(9) collate utf8mb4_bin, b int, c int, primary key (a), unique key (b, c));
        create table child (a varchar(9) collate utf8mb4_bin, b int, c int, foreign key (a) references fine (a), foreign key (b, c) references fine (b, c));
        set foreign_key_checks = 0; insert into child values ('nowhere', 8, 9)`);
      expect(await trip()).to.deep.include({ findings: [], error: undefined, altered: [] });
      if (isMaria) return;
      await server.sql(
        `use ${DATABASE}; set restrict_fk_on_non_standard_key = off; create table part (n int, foreign key (n) references fine (b))`,
      );
      const odd = await trip();
      expect([odd.error?.includes('6125'), told(odd.findings)]).to.deep.equal([
        true,
        ['RESTORE_PREREQUISITE part.part_ibfk_1'],
      ]);
      const more = [/(--init-command)="(.*?)"/.exec(odd.findings[0]!.advice!)!.slice(1).join('=')];
      expect(await trip({ more })).to.deep.include({ error: undefined, altered: [] });
      await server.sql(
        `use ${DATABASE}; drop table part; set foreign_key_checks = 0; alter table fine modify a varchar(9) collate utf8mb4_general_ci`,
      );
      const unlike = await trip();
      expect([unlike.error?.includes('3780'), told(unlike.findings)]).to.deep.equal([
        true,
        ['WILL_NOT_LOAD child.child_ibfk_1'],
      ]);
    });

    it('report foreign keys whose table was created again with other columns: they do not load', async function () {
      if (!isMaria) return this.skip();
      const made = (n: number, parent: string, child: string, again: string) =>
        `create table p${n} (x ${parent} primary key); create table q${n} (a ${child}, key (a), constraint f${n} foreign key (a) references p${n} (x));
         drop table p${n}; create table p${n} (${again});`;
      const harmless = `create table p7 (x varchar(10) primary key); create table q7 (a char(20), key (a), foreign key (a) references p7 (x));
        create table p8 (x int(5) primary key); create table q8 (a int(11), key (a), foreign key (a) references p8 (x));
        create table a9 (a int, key (a), foreign key (a) references z9 (x)); create table z9 (y int primary key);`;
      await create(`set foreign_key_checks = 0; ${harmless}`);
      expect(await trip()).to.deep.include({ findings: [], error: undefined, altered: [] });
      for (const [n, parent, child, again] of [
        [1, 'int', 'int', 'y int primary key'],
        [2, 'int', 'int', 'x bigint primary key'],
        [3, 'int', 'int', 'x int unsigned primary key'],
        [
          4,
          'varchar(9) character set latin1',
          'varchar(9) character set latin1',
          'x varchar(9) character set utf8mb4 primary key',
        ],
      ] as const) {
        await create(`set foreign_key_checks = 0; ${harmless} ${made(n, parent, child, again)}`);
        const { error, findings } = await trip();
        expect(error, again).to.contain('errno: 150');
        expect(told(findings), again).to.deep.equal([`WILL_NOT_LOAD q${n}.f${n} (to p${n})`]);
        await server.sql(`use ${DATABASE}; set foreign_key_checks = 0; alter table q${n} drop foreign key f${n}`);
        expect(await trip(), again).to.deep.include({ findings: [], error: undefined });
      }
    });

    it('report tablespaces that the restoring server must have', async function () {
      if (isMaria) return this.skip();
      await server.sql(`create tablespace own_space add datafile 'own_space.ibd'`);
      await create(
        `create table a (id int primary key) tablespace own_space; create table b (id int primary key) tablespace innodb_system; create table c (id int primary key)`,
      );
      const { findings } = await trip();
      expect(told(findings)).to.deep.equal(['RESTORE_PREREQUISITE a (own_space)']);
      await server.sql(`drop database ${DATABASE}; drop tablespace own_space`);
    });

    it('report history partitions that began too long ago, and load by the advice', async function () {
      if (!isMaria) return this.skip();
      const [row] = (await server.sql('select year(now()) - 2 as year')) as { year: number }[];
      const start = `${row!.year}-01-01`;
      await create(`set timestamp = unix_timestamp('${start}');
        create table hourly (id int primary key, v int) with system versioning partition by system_time interval 1 hour auto;
        create table odd (id int primary key, v int) with system versioning partition by system_time interval '0:20' hour_minute auto;
        create table monthly (id int primary key, v int) with system versioning partition by system_time interval 1 month auto;
        insert into hourly values (1, 1); insert into odd values (1, 1); insert into monthly values (1, 1); set timestamp = unix_timestamp('${start} 00:10:00'); update hourly set v = 2`);
      const { findings, error } = await trip();
      expect(error).to.contain('4189');
      expect(told(findings)).to.deep.equal(['RESTORE_PREREQUISITE hourly, odd']);
      const more = [/(--init-command)="(.*?)"/.exec(findings[0]!.advice!)!.slice(1).join('=')];
      expect(await trip({ more })).to.deep.include({ error: undefined, altered: [] });
    });

    it('are looked at no longer than there is time, by the server itself', async () => {
      await create('create table t (id int primary key); insert into t values (1), (2)');
      using session = await connect(server.source(DATABASE), { signal });
      const { server: facts } = await runPreflight(server.source(DATABASE), { signal });
      const questions = new TimedQuestions(session, facts, 300);
      expect(await questions.ask('max(id) from t')).to.deep.equal({ rows: [[2]] });
      const slow = await questions.ask('count(*) from t a, t b, t c where sleep(2) = 0');
      expect(slow).to.have.property('errno').that.is.oneOf([1969, 3024]);
      expect(await questions.ask('1'), 'no time is left').to.deep.equal({ errno: undefined });
    });

    it('are left alone where their rows are not wanted', async () => {
      await create(`create table a (f float, d date); insert into a values (16777215, null)`);
      expect((await trip({ dumpOptions: ['--no-data'] })).findings.map(({ code }) => code)).to.deep.equal([
        'PARTIAL_BY_CONFIG',
      ]);
    });

    it("of the database mysql do not come back: it is the server's own", async () => {
      const { findings } = await runPreflight(server.source('mysql'), { signal });
      const found = findings.find(({ code }) => code === 'SYSTEM_DATABASE');
      expect(found!.message).to.match(/^mysql is the server's own/);
      expect(stateOf(findings)).to.equal('incomplete');
    });
  });

describe('the values of columns that no one could look at', () => {
  it('are reported where a character set or FLOAT may lose some, and not for dates', () => {
    const row = (column: string, type: string, characterSet: string | null = null) =>
      suspectColumn(['t', column, type, characterSet, null, type, 'YES', ''], 'mariadb');
    const unseen = [...row('a', 'varchar', 'ascii'), ...row('f', 'float'), ...row('d', 'date'), ...row('x', 'int')];
    const findings = valueFindings({ flawed: [], unseen });
    expect(findings.map(({ code, message }) => [code, /: (t\..*?);/.exec(message)![1]])).to.deep.equal([
      ['VALUES_ROUNDED', 't.f'],
      ['TEXT_CONVERTED', 't.a (ascii)'],
    ]);
    expect(stateOf(findings)).to.equal('complete');
  });
});

describe('the look at values', () => {
  it('reads small tables first, and those last that are suspect for their dates alone', async () => {
    const column = (table: string, flaw: 'text' | 'date') => ({ table, column: 'c', flaw, condition: 'x' });
    const suspects = [column('d', 'date'), column('big', 'text'), column('small', 'text'), column('small', 'date')];
    const asked: string[] = [];
    const questions = {
      ask: async (select: string) => {
        asked.push(select);
        return { rows: [[1, 0]] };
      },
    };
    const sizes = new Map([
      ['big', 5e12],
      ['small', 9],
      ['d', 1],
    ]);
    const { flawed, unseen } = await probeValues(questions as unknown as TimedQuestions, 'shop', suspects, sizes);
    expect(asked).to.deep.equal([
      'max(x),max(x) from `shop`.`small`',
      'max(x) from `shop`.`big`',
      'max(x) from `shop`.`d`',
    ]);
    expect([flawed.map(({ table, flaw }) => `${table} ${flaw}`), unseen]).to.deep.equal([
      ['small text', 'big text', 'd date'],
      [],
    ]);
  });

  it('reads large tables for their dates only where the server takes dates that do not exist', async () => {
    const suspects = ['small', 'large'].map(table => ({ table, column: 'd', flaw: 'date' as const, condition: 'x' }));
    const bytesOf = new Map([
      ['small', 1 << 20],
      ['large', 17 << 20],
    ]);
    const looked = async (takesInvalidDates: boolean) => {
      const asked: string[] = [];
      const session = {
        ask: async (statement: string) => {
          asked.push(/from `shop`\.`(\w+)`/.exec(statement)?.[1] ?? '');
          return [[0]];
        },
      };
      await examineValues(session as unknown as Session, {
        database: 'shop',
        server: { flavour: 'mariadb', version: '10.11.2', takesInvalidDates } as ServerFacts,
        objects: { suspects, computed: [], definitionOnly: [], bytesOf } as unknown as SourceObjects,
        leftOut: leftOut([], 'shop'),
      });
      return asked.filter(Boolean);
    };
    expect([await looked(false), await looked(true)]).to.deep.equal([['small'], ['small', 'large']]);
  });
});

describe('a database whose name differs from another in an accent only, where the server writes names in small letters', () => {
  it('is not confused with the other one', async () => {
    await using mariadb = await startMariaDb(['--lower-case-table-names=1']);
    await mariadb.sql(`create database cafe; create database café; create table cafe.plain (id int);
      create table café.other (id int); create procedure café.p() select 1`);
    const { host, port, user, password } = mariadb;
    const source = { label: 'x', host, port, user, password, dumpOptions: [], shrinkLimitPercent: 50 };
    const look = async (database: string) => (await runPreflight({ ...source, database }, { signal })).objects;
    const [plain, accented, upper] = [await look('cafe'), await look('café'), await look('CAFÉ')];
    expect([plain.tables, plain.procedures]).to.deep.equal([['plain'], []]);
    expect([accented.tables, accented.procedures]).to.deep.equal([['other'], ['p']]);
    expect(upper.tables).to.deep.equal(['other']);
  }).timeout(60_000);
});

/** @returns what the documented block that looks so makes of a dump, as bytes */
function asDocumented(looks: RegExp): (dump: string) => string {
  const block = blocksRunBy('cli/preflight/checks/values.test.ts').find(({ text }) => looks.test(text));
  return dump => filterByBlock(block!, Buffer.from(dump, 'latin1')).toString('latin1');
}
