import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Finding, stateOf } from '../../protocol/finding.ts';
import { dump } from '../../testing/databases/dump-database.ts';
import { PASSWORD, type SourceServer } from '../../testing/databases/source-server.ts';
import { SERVERS } from '../../testing/databases/source-servers.ts';
import { cpuMs } from '../../testing/machine/cpu-time.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { ExplainedError } from '../errors.ts';
import { rightsUnknown, runPreflight } from './preflight.ts';
import type { SourceReport } from './source-report.ts';

const DATABASE = 'pt_preflight';
const signal = new AbortController().signal;

const SCHEMA = `
create table t (id int primary key, v int); insert into t values (1, 2);
create table u (id int);
create view v as select * from t;
create trigger tr before insert on t for each row set new.v = 1;
create procedure p() select 1;
create function f() returns int deterministic return 2;
create event e on schedule every 1 day do delete from t where id < 0;`;

/** What a complete dump of SCHEMA holds, by a sign of it. */
const SIGNS = {
  t: /INSERT INTO `t`/,
  u: /CREATE TABLE `u`/,
  v: /VIEW `v` AS/,
  tr: /TRIGGER `?tr`? /i,
  p: /PROCEDURE `p`/,
  f: /FUNCTION `f`/,
  e: /EVENT `e` ON SCHEDULE/,
};

for (const { name, flavour, open } of SERVERS)
  describe(`preflight of ${name}`, function () {
    this.timeout(60_000);
    let server: SourceServer;
    let folder: string;
    before(async function () {
      const opened = await open();
      if (!opened) return this.skip();
      server = opened;
      folder = await mkdtemp(join(tmpdir(), 'lumbung-preflight-'));
    });
    after(async () => {
      await server?.sql(`drop user if exists lumbung@'%'; drop database if exists ${DATABASE}`);
      await server?.[Symbol.asyncDispose]();
      if (folder) await rm(folder, { recursive: true });
    });

    const routines = flavour === 'mariadb' ? 'select on mysql.proc' : 'show_routine on *.*';
    const create = (schema: string) =>
      server.sql(`drop database if exists ${DATABASE}; create database ${DATABASE}; use ${DATABASE}; ${schema}`);
    const grant = (...grants: string[]) =>
      server.sql(
        [
          `drop user if exists lumbung@'%'; create user lumbung@'%' identified by '${PASSWORD}'`,
          ...grants.map(it => `grant ${it} to lumbung@'%'`),
        ].join(';'),
      );
    const look = (more?: Partial<DatabaseSource>) => runPreflight(server.source(DATABASE, more), { signal });
    const codes = ({ findings }: SourceReport) => findings.map(({ code }) => code);

    /** @returns which of SCHEMA's things are in a dump with the fallback options of the report */
    const dumped = async (
      { fallbackOptions }: SourceReport,
      signs: Record<string, RegExp> = SIGNS,
    ): Promise<string[]> => {
      const path = join(folder, 'dump.sql');
      try {
        await dump(server.source(DATABASE), path, { client: server.client, signal, fallbackOptions });
        const text = await readFile(path, 'utf8');
        return Object.keys(signs).filter(sign => signs[sign]!.test(text));
      } finally {
        await rm(path, { force: true });
      }
    };
    const ON = `on \`pt\\_preflight\`.*`;

    it('reports nothing where all rights are granted, and lists the objects', async () => {
      await create(SCHEMA);
      await grant(`select, show view, trigger, event ${ON}`, routines);
      const report = await look();
      expect(report.findings).to.deep.equal([]);
      expect(report.fallbackOptions).to.deep.equal([]);
      expect(report.objects).to.deep.equal({
        ...{ tables: ['t', 'u'], sequences: [], views: ['v'], triggers: ['tr'], procedures: ['p'], functions: ['f'] },
        ...{ packages: [], package_bodies: [], events: ['e'] },
      });
      expect([...report.triggerTables!]).to.deep.equal([['tr', 't']]);
      expect(report.server)
        .to.include({ flavour })
        .and.to.have.property('version')
        .that.matches(/^\d+\.\d+\.\d+$/);
      expect(report.estimatedBytes).to.be.greaterThan(0).and.below(1e6);
      expect(report.isEncrypted).to.equal(flavour === 'mysql');
      expect(report.lowerCaseTableNames).to.equal(0);
      expect(await dumped(report)).to.deep.equal(Object.keys(SIGNS));
    });

    const cases = [
      { lacks: 'SHOW VIEW', code: 'VIEWS_NOT_GRANTED', gone: ['v'], concession: `--ignore-table=${DATABASE}.v` },
      { lacks: 'TRIGGER', code: 'TRIGGERS_NOT_GRANTED', gone: ['tr'] },
      { lacks: 'EVENT', code: 'EVENTS_NOT_GRANTED', gone: ['e'], concession: '--skip-events' },
      { lacks: 'routines', code: 'ROUTINES_NOT_GRANTED', gone: ['p', 'f'] },
      { lacks: 'SELECT', code: 'TABLES_NOT_GRANTED', gone: ['u', 'v'], also: `select on ${DATABASE}.t` },
    ];
    for (const { lacks, code, gone, concession, also } of cases)
      it(`without ${lacks} says ${code}, gets through, and is clean and complete once its advice is followed`, async () => {
        await create(SCHEMA);
        const given = ['SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT'].filter(right => right !== lacks);
        await grant(`${given.join(', ')} ${ON}`, ...(lacks === 'routines' ? [] : [routines]), ...(also ? [also] : []));
        const before = await look();
        expect(codes(before)).to.deep.equal([code]);
        expect(stateOf(before.findings)).to.equal('incomplete');
        if (concession) expect(before.fallbackOptions).to.deep.equal([concession]);
        expect(await dumped(before)).to.deep.equal(Object.keys(SIGNS).filter(it => !gone.includes(it)));

        await server.sql(before.findings[0]!.advice!);
        const after = await look();
        expect(after.findings).to.deep.equal([]);
        expect(await dumped(after)).to.deep.equal(Object.keys(SIGNS));
      });

    it('fixes all rights one after the other, also where a pattern gave some', async () => {
      await create(SCHEMA);
      for (const pattern of ['pt_preflight', 'pt%', 'pt\\_preflight']) {
        await grant(`select, insert on \`${pattern}\`.*`);
        const before = await look();
        expect(codes(before), pattern).to.deep.equal([
          ...['VIEWS_NOT_GRANTED', 'TRIGGERS_NOT_GRANTED', 'EVENTS_NOT_GRANTED', 'ROUTINES_NOT_GRANTED'],
        ]);
        for (const { advice } of before.findings) await server.sql(advice!);
        const after = await look();
        expect(after.findings, pattern).to.deep.equal([]);
        expect(await dumped(after), pattern).to.deep.equal(Object.keys(SIGNS));
      }
    });

    it('leaves the routines out where some may be called but not read, which would end mysqldump', async () => {
      await create(SCHEMA);
      await grant(`select, show view, trigger, event ${ON}`, `execute on procedure ${DATABASE}.p`);
      const report = await look();
      expect(codes(report)).to.deep.equal(['ROUTINES_NOT_GRANTED']);
      expect(report.findings[0]!.message).to.contain('may not read p');
      expect(report.fallbackOptions).to.deep.equal(['--skip-routines']);
      expect(await dumped(report)).to.deep.equal(['t', 'u', 'v', 'tr', 'e']);
      await server.sql(report.findings[0]!.advice!);
      expect((await look()).findings).to.deep.equal([]);
    });

    it('leaves out tables that are seen but not read', async () => {
      await create(SCHEMA);
      await grant(
        `show view, trigger, event ${ON}`,
        routines,
        `select (id) on ${DATABASE}.t`,
        `select on ${DATABASE}.v`,
      );
      const report = await look();
      expect(codes(report)).to.deep.equal(['TABLES_NOT_GRANTED']);
      expect(report.fallbackOptions).to.deep.equal([`--ignore-table=${DATABASE}.t`, `--ignore-table=${DATABASE}.u`]);
      expect(await dumped(report)).to.deep.equal(['v', 'p', 'f', 'e']);
    });

    it('takes rights on every single table for TRIGGER and SHOW VIEW', async () => {
      await create(SCHEMA);
      const single = [`trigger on ${DATABASE}.t`, `trigger on ${DATABASE}.u`, `show view on ${DATABASE}.v`];
      await grant(`select, event ${ON}`, routines, ...single);
      const report = await look();
      expect(report.findings).to.deep.equal([]);
      expect(await dumped(report)).to.deep.equal(Object.keys(SIGNS));
    });

    it('needs no right to what is left out on purpose', async () => {
      await create(SCHEMA);
      await grant(`select ${ON}`);
      const report = await look({
        dumpOptions: ['--skip-triggers', '--skip-routines', '--skip-events', `--ignore-table=${DATABASE}.v`],
      });
      expect(report.findings).to.deep.equal([]);
    });

    it('counts the rights of active roles', async () => {
      await create(SCHEMA);
      await server.sql(`drop role if exists dumper; create role dumper;
        grant select, show view, trigger, event ${ON} to dumper; grant ${routines} to dumper`);
      await grant();
      await server.sql(
        flavour === 'mariadb'
          ? `grant dumper to lumbung@'%'; set default role dumper for lumbung@'%'`
          : `grant dumper to lumbung@'%'; alter user lumbung@'%' default role dumper`,
      );
      const report = await look();
      expect(report.findings).to.deep.equal([]);
      expect(await dumped(report)).to.deep.equal(Object.keys(SIGNS));
      await server.sql('drop role dumper');
    });

    it('names broken views, also those that read from them, and dumps all the rest', async () => {
      await create(`${SCHEMA} create table gone (i int); create view broken as select * from gone;
        create view \`another one\` as select * from broken; create view aaa as select id from u; drop table gone`);
      await grant(`select, show view, trigger, event ${ON}`, routines);
      const report = await look();
      expect(codes(report)).to.deep.equal(['BROKEN_VIEW', 'BROKEN_VIEW']);
      expect(report.findings.map(({ message }) => message.slice(0, 60)).join()).to.contain(
        'the view another one is broken',
      );
      const [, { message, advice }] = report.findings as [Finding, Finding];
      expect(message).to.match(
        /the view broken is broken .* it reads gone, which is gone or .*references invalid table/,
      );
      expect(advice)
        .to.match(/^Bring back gone, or grant it .*works again\./)
        .and.contain(`SHOW CREATE VIEW \`${DATABASE}\`.\`broken\`;`)
        .and.contain('Only if gone was removed on purpose: ');
      expect(report.fallbackOptions).to.deep.equal([
        `--ignore-table=${DATABASE}.another one`,
        `--ignore-table=${DATABASE}.broken`,
      ]);
      const signs = { ...SIGNS, aaa: /VIEW `aaa` AS/ };
      expect(await dumped(report, signs)).to.deep.equal(Object.keys(signs));
      const without = dumped({ ...report, fallbackOptions: [] }).catch(error => error);
      expect(await without)
        .to.be.instanceOf(ExplainedError)
        .and.to.have.property('advice')
        .that.contains('The view ');

      const seen = await look({ dumpOptions: report.fallbackOptions });
      expect(seen.findings, 'left out on purpose').to.deep.equal([]);
    });

    it('reports a view whose definer is gone, where its dump is bound to the name of the database', async () => {
      await server.sql(`drop user if exists definer@localhost; create user definer@localhost`);
      await create(
        `${SCHEMA} create definer = definer@localhost view orphan as select * from t; drop user definer@localhost`,
      );
      await grant(`select, show view, trigger, event ${ON}`, routines);
      const report = await look();
      expect(report.fallbackOptions).to.deep.equal([]);
      expect(await dumped(report, { orphan: /VIEW `orphan` AS/ })).to.deep.equal(['orphan']);
      expect(codes(report)).to.deep.equal(report.server.flavour === 'mariadb' ? ['DEFINER_GONE'] : []);
      for (const { message, advice } of report.findings)
        for (const text of [message, advice]) expect(text).to.contain('`definer`@`localhost`');
    });

    it('reports a view whose definer exists but may not read what the view reads', async () => {
      await server.sql(`drop user if exists definer@localhost; create user definer@localhost`);
      await create(`${SCHEMA} create definer = definer@localhost view low as select * from t`);
      await grant(`select, show view, trigger, event ${ON}`, routines);
      const report = await look();
      expect(codes(report)).to.deep.equal(report.server.flavour === 'mariadb' ? ['DEFINER_GONE'] : []);
      await server.sql(`drop user definer@localhost`);
    });

    it('draws from no sequence that a view names, so that nothing changes on the server', async function () {
      if (flavour === 'mysql') return this.skip();
      await create(
        `${SCHEMA} create sequence numbers nocache; create view \`it's \\\\ drawn\` as select nextval(numbers) as i`,
      );
      await grant(`select, insert, show view, trigger, event ${ON}`, routines);
      expect(codes(await look())).to.deep.equal([]);
      const [row] = await server.sql(`select next_not_cached_value as next from ${DATABASE}.numbers`);
      expect(String((row as { next: number }).next)).to.equal('1');
    });

    it('calls no function of a view that reads no table, so that nothing changes on the server', async () => {
      await create(
        `${SCHEMA} create table called (i int);
         create function noisy() returns int deterministic modifies sql data begin insert into called values (1); return 1; end;
         create definer = root@localhost view \`it's \\\\ noisy\` as select noisy() as i, '\`${DATABASE}\`.t' as looks_like_a_table`,
      );
      await grant(`select, show view, trigger, event, execute ${ON}`, routines);
      expect(codes(await look())).to.deep.equal([]);
      expect(await server.sql(`select * from ${DATABASE}.called`)).to.deep.equal([]);
    });

    it('gives the exact right that is missing where a view calls functions', async () => {
      await create(
        `${SCHEMA} create function price_of() returns int deterministic return 1; create function tax_of() returns int deterministic return 1;
         create sql security invoker view calls as select price_of() as i, \`tax_of\`() as j from t; create view calls_too as select price_of() as i`,
      );
      await grant(`select, show view, trigger, event ${ON}`, routines);
      const report = await look();
      // MySQL lets the views be dumped anyway.
      const isRefused = report.server.flavour === 'mariadb';
      expect(codes(report)).to.deep.equal(isRefused ? ['BROKEN_VIEW', 'BROKEN_VIEW'] : []);
      expect(await dumped(report, { table: /CREATE TABLE `t`/ })).to.deep.equal(['table']);
      for (const { advice } of report.findings) await server.sql(advice!);
      expect((await look()).findings).to.deep.equal([]);
    });

    it('accepts an INVOKER view that also reads another database', async () => {
      await server.sql('create database if not exists elsewhere; create table if not exists elsewhere.x (j int)');
      await create(`${SCHEMA} create sql security invoker view both_of as select t.*, x.j from t join elsewhere.x`);
      await grant(`select, show view, trigger, event ${ON}`, routines);
      expect((await look()).findings).to.deep.equal([]);
      await server.sql('drop database elsewhere');
    });

    it('warns of tables without transactions', async () => {
      await create(`${SCHEMA} create table old (i int) engine=MyISAM; create table mem (i int) engine=MEMORY`);
      await grant(`select, show view, trigger, event ${ON}`, routines);
      const report = await look();
      expect(codes(report)).to.deep.equal(['NOT_TRANSACTIONAL']);
      expect(report.findings[0]!.message).to.match(/: mem \(MEMORY\), old \(MyISAM\)$/);
      expect(stateOf(report.findings)).to.equal('complete');
    });

    it('sees all where the server gives some rows only, and says that the dump will not', async () => {
      await create(SCHEMA);
      await grant(`select, show view, trigger, event ${ON}`, routines);
      await server.sql('set global sql_select_limit = 1');
      try {
        const report = await look();
        expect(codes(report)).to.deep.equal(['ROWS_LIMITED']);
        expect(report.findings[0]!.message).to.contain('at most 1 rows');
        expect(report.objects).to.deep.include({ tables: ['t', 'u'], procedures: ['p'], functions: ['f'] });
        await server.sql(report.findings[0]!.advice!.split(';')[0]!);
        expect((await look()).findings).to.deep.equal([]);
      } finally {
        await server.sql('set global sql_select_limit = default');
      }
    });

    it('reports what was made while the database had another collation: its dump alters the database', async () => {
      const alter = (to: string) => `alter database ${DATABASE} character set ${to}`;
      await create(`${alter('latin1')}; ${SCHEMA} ${alter('utf8mb4')}; create procedure newer() select 1`);
      await grant(`select, show view, trigger, event ${ON}`, routines);
      const report = await look();
      expect(codes(report)).to.deep.equal(['DATABASE_NAME_HARDCODED']);
      expect(report.findings[0]!.message).to.match(/: f, p, tr, e$/);
      expect(stateOf(report.findings)).to.equal('complete');
      expect(await dumped(report, { alter: /ALTER DATABASE `pt_preflight`/ })).to.deep.equal(['alter']);
      const left = await look({
        dumpOptions: ['--skip-routines', '--skip-events', `--ignore-table=${DATABASE}.t`],
      });
      expect(codes(left)).to.deep.equal([]);
    });

    if (flavour === 'mariadb')
      it('reports tables that draw from a sequence, and dumps them so that they load under the same name', async () => {
        await create(`create sequence s start with 100; create table draws (a int default nextval(s), b int);
          insert into draws (b) values (1), (2); create table t (i int default 1)`);
        await grant(`select, show view, trigger, event ${ON}`, routines);
        const report = await look();
        expect(codes(report)).to.deep.equal(['DATABASE_NAME_HARDCODED']);
        expect(report.findings[0]!.message).to.match(/: draws$/);
        expect(report.fallbackOptions).to.deep.equal(['--skip-add-locks']);
        const path = join(folder, 'draws.sql');
        await dump(server.source(DATABASE), path, {
          client: server.client,
          signal,
          fallbackOptions: report.fallbackOptions,
        });
        const text = await readFile(path, 'utf8');
        await rm(path);
        await create(`${text}\ninsert into draws (b) values (3)`);
        expect(await server.sql(`select a, b from ${DATABASE}.draws order by b`)).to.deep.equal([
          ...[
            { a: 100, b: 1 },
            { a: 101, b: 2 },
            { a: 1100, b: 3 },
          ],
        ]);
        const left = await look({ dumpOptions: [`--ignore-table=${DATABASE}.draws`] });
        expect([left.findings, left.fallbackOptions]).to.deep.equal([[], []]);
      });

    it('reports tables whose rows lie elsewhere', async () => {
      await create(`${SCHEMA} create table part (i int) engine=MyISAM; insert into part values (7);
        create table merged (i int) engine=MERGE union=(part)`);
      await grant(`select, show view, trigger, event ${ON}`, routines);
      const report = await look();
      expect(codes(report)).to.deep.equal(['NOT_TRANSACTIONAL', 'DEFINITION_ONLY']);
      expect(report.findings[0]!.message).to.match(/: part \(MyISAM\)$/);
      expect(report.findings[1]!.message).to.match(/: merged \(MRG_MyISAM\)$/i);
      expect(stateOf(report.findings)).to.equal('complete');
      const signs = { row: /INSERT INTO `part`/, merged: /CREATE TABLE `merged`/, mergedRow: /INSERT INTO `merged`/ };
      expect(await dumped(report, signs)).to.deep.equal(['row', 'merged']);
      const left = await look({
        dumpOptions: [`--ignore-table=${DATABASE}.MERGED`, `--ignore-table=${DATABASE}.part`],
      });
      expect(left.findings).to.deep.equal([]);
    });

    it('leaves the events out where mysqldump would never end at one', async () => {
      const every = 'on schedule every 1 day';
      for (const event of [
        `event odd ${every} do select 'a;;b'`,
        `event odd ${every} comment ';;' do select 1`,
        `event \`;;\` ${every} do select 1`,
        `definer = 'a;;b'@localhost event odd ${every} do select 1`,
      ]) {
        await create(`${SCHEMA} create ${event}`);
        await grant(`select, show view, trigger, event ${ON}`, routines);
        const report = await look();
        expect(codes(report), event).to.deep.equal(['EVENTS_NOT_DUMPED']);
        expect(report.findings[0]!.message).to.match(/: (?:odd|;;) \(and, with these, 1 more\)$/);
        expect(stateOf(report.findings)).to.equal('incomplete');
        expect(report.fallbackOptions).to.deep.equal(['--skip-events']);
        expect(await dumped(report)).to.deep.equal(Object.keys(SIGNS).filter(it => it !== 'e'));
        expect((await look({ dumpOptions: ['--skip-events'] })).findings).to.deep.equal([]);
      }
    });

    it('lets mysqldump end by itself at all else that holds two semicolons side by side', async () => {
      await create(`${SCHEMA} create procedure p2() select ';;'; create function f2() returns int deterministic return length(';;');
        create trigger tr2 before update on t for each row set new.v = length(';;'); create view \`v;;\` as select ';;' as c`);
      await grant(`select, show view, trigger, event ${ON}`, routines);
      const report = await look();
      expect([report.findings, report.fallbackOptions]).to.deep.equal([[], []]);
      expect(await dumped(report)).to.deep.equal(Object.keys(SIGNS));
    });

    it('gives rights that the server takes also where the escaped name is longer than 64 characters', async () => {
      const long = `pt_${'a_b_'.repeat(15)}`;
      await server.sql(`drop database if exists ${long}; create database ${long}; use ${long}; ${SCHEMA}`);
      await grant('select on `pt%`.*', routines);
      const lookAtLong = () => runPreflight(server.source(long), { signal });
      const { findings } = await lookAtLong();
      expect(findings[0]!.advice).to.contain('; -- The name is too long');
      for (const { advice } of findings) await server.sql(advice!);
      expect((await lookAtLong()).findings).to.deep.equal([]);
      await server.sql(`drop database ${long}`);
    });

    it('does not treat a library as a routine', async function () {
      if (flavour === 'mariadb') return this.skip();
      await create(`${SCHEMA} create library l language javascript as 'export function f() { return 1 }'`);
      await grant(`select, show view, trigger, event ${ON}`, routines);
      const report = await look();
      expect(report.findings).to.deep.equal([]);
      expect([report.objects.procedures, report.objects.functions]).to.deep.equal([['p'], ['f']]);
      expect(await dumped(report)).to.deep.equal(Object.keys(SIGNS));
    });

    it('copes with any names, and with a server in ANSI mode', async () => {
      const odd = 'a`b\'c" \\%_?é.x';
      const quoted = `\`${odd.replaceAll('`', '``')}\``;
      await server.sql(`drop database if exists ${quoted}; create database ${quoted}; use ${quoted};
        create table ${quoted} (i int); create view \`v?'\` as select * from ${quoted}`);
      await grant();
      await server.sql(`grant insert on ${quoted}.${quoted} to lumbung@'%'`);
      const [mode] = (await server.sql('select @@global.sql_mode as mode')) as { mode: string }[];
      await server.sql(`set global sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES'`);
      try {
        const before = await runPreflight(server.source(odd), { signal });
        expect(before.objects.tables).to.deep.equal([odd]);
        expect(codes(before)).to.include('TABLES_NOT_GRANTED');
        for (const { advice } of before.findings) await server.sql(`set sql_mode = ''; ${advice}`);
        const after = await runPreflight(server.source(odd), { signal });
        expect(codes(after).filter(code => code !== 'VIEWS_NOT_GRANTED')).to.deep.equal([]);
        for (const { advice } of after.findings) await server.sql(`set sql_mode = ''; ${advice}`);
        expect((await runPreflight(server.source(odd), { signal })).findings).to.deep.equal([]);
      } finally {
        await server.sql(`set global sql_mode = '${mode!.mode}'; drop database ${quoted}`);
      }
    });

    it('does not confuse two databases that differ in case or accents', async function () {
      const [variable] = (await server.sql('select @@lower_case_table_names as lower')) as { lower: number }[];
      if (variable!.lower !== 0) return this.skip();
      await create(SCHEMA);
      await server.sql(`drop database if exists PT_Preflight; create database PT_Preflight; create table PT_Preflight.other (i int);
        create procedure PT_Preflight.q() select 1`);
      await grant('all on *.*');
      const report = await look();
      expect([report.objects.tables, report.objects.procedures]).to.deep.equal([['t', 'u'], ['p']]);
      await server.sql('drop database PT_Preflight');
    });

    it('stays quick with hundreds of tables and views, on one connection', async () => {
      const tables = Array.from({ length: 200 }, (_, i) => `create table t${i} (id int primary key)`);
      const views = Array.from({ length: 100 }, (_, i) => `create view v${i} as select * from t${i}`);
      await create([...tables, ...views].join(';'));
      await grant(`select, show view, trigger, event ${ON}`, routines);
      const count = async () =>
        Number(((await server.sql(`show global status like 'Connections'`)) as { Value: string }[])[0]!.Value);
      const [{ pidFile }] = (await server.sql('select @@pid_file as pidFile')) as [{ pidFile: string }];
      const pid = (await readFile(pidFile, 'utf8')).trim();
      // How long both work: a busy machine makes that no longer.
      const worked = async () => (await cpuMs('self')) + (await cpuMs(pid));
      const before = await count();
      const workedBefore = await worked();
      const report = await look({ ssl: 'off' });
      const took = (await worked()) - workedBefore;
      expect((await count()) - before).to.equal(2); // ours, and the one that asks
      expect(report.objects.tables).to.have.length(200);
      expect(report.findings).to.deep.equal([]);
      expect(took, 'ms').to.be.below(1000);
    });

    it('lets the server open the tables of no other database', async function () {
      if (flavour !== 'mariadb') return this.skip(); // MySQL has a data dictionary, and opens no tables for that
      await create(SCHEMA);
      await grant(`select, show view, trigger, event ${ON}`, routines);
      await server.sql("set global log_output = 'TABLE'; truncate mysql.general_log; set global general_log = 1");
      await look().finally(() => server.sql("set global general_log = 0, log_output = 'FILE'"));
      const asked = (await server.sql(
        `select convert(argument using utf8mb4) as statement from mysql.general_log where user_host like 'lumbung%'
         and argument like 'select%from information_schema.%' and argument like '%${DATABASE}%'`,
      )) as { statement: string }[];
      expect(asked).to.have.length.above(5);
      for (const { statement } of asked) {
        const plan = await server.sql(`explain ${statement}`);
        expect(JSON.stringify(plan), statement).not.to.contain('Scanned all databases');
      }
    });

    it("says why it can't check, and ends when aborted", async () => {
      await create(SCHEMA);
      await grant(`select ${ON}`);
      const error = await look({ password: 'geheim' }).catch(error => error);
      expect(error).to.be.instanceOf(ExplainedError);
      const finding = rightsUnknown(error);
      expect(finding).to.include({ code: 'RIGHTS_UNKNOWN', severity: 'incomplete', advice: error.advice });
      expect(JSON.stringify(finding)).to.contain('Access denied').and.not.to.contain('geheim');
      const aborted = runPreflight(server.source(DATABASE), { signal: AbortSignal.abort('stop') });
      expect(await aborted.catch(error => error)).to.equal('stop');
    });
  });
