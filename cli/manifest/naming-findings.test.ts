import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ForeignFinding } from '../../protocol/finding.ts';
import { sampleReport } from '../../testing/cli/samples.ts';
import { backUpAndLoad } from '../../testing/databases/backed-up.ts';
import { PASSWORD, type SourceServer } from '../../testing/databases/source-server.ts';
import { SERVERS } from '../../testing/databases/source-servers.ts';
import { InventoryScanner } from '../dump-parser/inventory-scanner.ts';
import { namingFindings } from './naming-findings.ts';

const [DATABASE, COPY] = ['pt_naming', 'pt_naming_copy'];

for (const { name, flavour, open } of SERVERS)
  describe(`definitions of ${name} that name a database`, function () {
    this.timeout(60_000);
    let server: SourceServer;
    let folder: string;
    const isMaria = flavour === 'mariadb';
    before(async function () {
      const opened = await open();
      if (!opened) return this.skip();
      server = opened;
      folder = await mkdtemp(join(tmpdir(), 'lumbung-naming-'));
      await server.sql(`drop user if exists lumbung@'%'; create user lumbung@'%' identified by '${PASSWORD}';
        grant all on *.* to lumbung@'%'`);
    });
    after(async () => {
      await server?.sql(
        `drop user if exists lumbung@'%'; ${[DATABASE, COPY, 'orders', 'orders_copy', 'pt_other', 'Toko.Buku `1`']
          .map(it => `drop database if exists \`${it.replaceAll('`', '``')}\``)
          .join(';')}`,
      );
      await server?.[Symbol.asyncDispose]();
      if (folder) await rm(folder, { recursive: true });
    });

    const create = async (schema: string, database = DATABASE) => {
      const quoted = `\`${database.replaceAll('`', '``')}\``;
      // MySQL keeps the semicolon behind a trigger that more follows, and then no server takes it (WILL_NOT_LOAD).
      const inBlocks = schema.replace(/(for each row|do) ((?:insert|delete|set) [^;]*)/g, '$1 begin $2; end');
      await server.sql(
        `drop database if exists ${quoted}; create database ${quoted} character set utf8mb4; use ${quoted}; ${inBlocks}`,
      );
    };
    const trip = (database = DATABASE, copy = COPY) => backUpAndLoad(server, database, { folder, copy });
    const told = (findings: readonly ForeignFinding[]) =>
      findings.map(({ code, message }) => `${code} ${/[^:]*$/.exec(message)![0].trim()}`);
    const rowsOf = async (table: string) =>
      Number(((await server.sql(`select count(*) as n from ${table}`)) as { n: number }[])[0]!.n);

    if (isMaria)
      for (const [what, statement, error] of [
        ['it has', `create trigger ${DATABASE}.tr before insert on t for each row set new.v = 1`, 1359],
        ['its table has', `create trigger tr before insert on ${DATABASE}.t for each row set new.v = 1`, 1435],
        [
          'both have',
          `create trigger \`${DATABASE}\` . tr before insert on ${DATABASE}.t for each row set @a = 1`,
          1359,
        ],
      ] as const)
        it(`do not load where a trigger is created with the name that ${what}, and it is told`, async () => {
          await create(`create table t (id int, v int); ${statement}`);
          const { findings, error: said, state } = await trip();
          expect(said).to.contain(`ERROR ${error}`);
          expect(told(findings)).to.deep.equal(['DATABASE_NAME_HARDCODED trigger tr']);
          expect(findings[0]!.message).to.contain('do not load under another name');
          expect(state).to.equal('complete');
        });

    it('read and write the original in routines, triggers and events, and each is told', async () => {
      await create(`create table t (id int); create table log (id int);
        create procedure fill() insert into ${DATABASE}.t values (1);
        create procedure call_it() call ${DATABASE}.fill;
        create function counted() returns int reads sql data return (select count(*) from \`${DATABASE}\`.\`t\`);
        create function twice() returns int reads sql data return 2 * ${DATABASE} . counted();
        create function exact() returns int reads sql data return (select ${DATABASE}.t.id from t limit 1);
        create trigger tr after insert on log for each row insert into ${DATABASE}.t values (2);
        create event e on schedule every 1 day disable do delete from ${DATABASE}.t where id = 3;
        create procedure fine() insert into t values (1)`);
      const { findings, error } = await trip();
      expect(error).to.equal(undefined);
      // Two statements in the copy, and one in the function of it, work on the original.
      await server.sql(`call ${COPY}.fill(); call ${COPY}.call_it(); insert into ${COPY}.log values (1)`);
      expect([await rowsOf(`${DATABASE}.t`), await rowsOf(`${COPY}.t`)]).to.deep.equal([3, 0]);
      expect(await server.sql(`select ${COPY}.counted() as n`)).to.deep.equal([{ n: 3 }]);
      expect(told(findings)).to.have.length(1);
      expect(findings[0]!.message).to.contain(`the copy would read or write ${DATABASE}`);
      expect(told(findings)[0]!.replace('DATABASE_NAME_HARDCODED ', '').split(', ').sort()).to.deep.equal([
        'event e',
        'function counted',
        'function exact',
        'function twice',
        'procedure call_it',
        'procedure fill',
        'trigger tr',
      ]);
    });

    it('read the original in views that call a function, or also read another database, and it is told', async () => {
      await create(`create table t (id int); insert into t values (1);
        create function f() returns int reads sql data return (select count(*) from t);
        drop database if exists pt_other; create database pt_other; create table pt_other.x (id int); insert into pt_other.x values (1);
        create view calls as select ${DATABASE}.f() as n;
        create view both_of as select t.id from t join pt_other.x on x.id = t.id;
        create view fine as select id from ${DATABASE}.t;
        create view elsewhere as select id from pt_other.x`);
      const { findings, error } = await trip();
      expect(error).to.equal(undefined);
      await server.sql(`delete from ${DATABASE}.t`);
      const read = await server.sql(
        `select (select n from ${COPY}.calls) as n, (select count(*) from ${COPY}.both_of) as m, (select count(*) from ${COPY}.fine) as k`,
      );
      // The copy has the row that is gone from the original.
      expect(read).to.deep.equal([{ n: 0, m: isMaria ? 0 : 1, k: 1 }]);
      expect(told(findings)).to.deep.equal([
        isMaria ? 'DATABASE_NAME_HARDCODED view both_of, view calls' : 'DATABASE_NAME_HARDCODED view calls',
        'RESTORE_PREREQUISITE both_of (pt_other), elsewhere (pt_other)',
      ]);
    });

    it('are told with names that have dots, blanks, quotes and other letters', async () => {
      const odd = 'Toko.Buku `1`';
      await create(
        `create table \`größe.x\` (id int); create table "x" (id int); create procedure p() insert into \`Toko.Buku \`\`1\`\`\`.\`größe.x\` values (1);
         set session sql_mode = 'ANSI_QUOTES'; create procedure q() insert into "Toko.Buku \`1\`"."größe.x" values (1)`.replace(
          'create table "x" (id int);',
          '',
        ),
        odd,
      );
      const { findings, error } = await trip(odd);
      expect(error).to.equal(undefined);
      await server.sql(`call ${COPY}.p(); call ${COPY}.q()`);
      expect([await rowsOf('`Toko.Buku ``1```.`größe.x`'), await rowsOf(`${COPY}.\`größe.x\``)]).to.deep.equal([2, 0]);
      expect(told(findings)).to.deep.equal(['DATABASE_NAME_HARDCODED procedure p, procedure q']);
    });

    it('are no finding where the name is in a string or a comment, or is that of a table, an alias, a variable or another thing', async () => {
      await create(
        `create table orders (id int, items int, log int, t int); create table items (id int); create table t (orders int);
         create procedure strings() begin select 'orders.items', "orders.t" /* from orders.items */; -- from orders.items
           set @a = 'select * from orders.items'; end;
         create procedure columns_of() select orders.items, orders.t from orders;
         create procedure alias_of() select orders.items from t as orders join orders o;
         create procedure variables() begin declare orders int default 1; set @orders = 1; select orders, @orders, t.orders from t; end;
         create trigger tr before insert on orders for each row set new.items = new.t;
         create view v as select orders.items, orders.t from orders;
         create view w as select orders.id from orders orders;
         create procedure unknown() select * from orders.gone`,
        'orders',
      );
      const { findings, error } = await trip('orders', 'orders_copy');
      expect(error).to.equal(undefined);
      expect(findings).to.deep.equal([]);
    });

    it('are told in a database that holds a table of its own name, where no column can be meant', async () => {
      await create(
        `create table orders (id int, items int); create table items (id int);
         create procedure looks() select * from orders.items;
         create procedure alters() update orders.orders set id = 1;
         create procedure columns_of() select orders.items from orders`,
        'orders',
      );
      const { findings } = await trip('orders', 'orders_copy');
      expect(told(findings)).to.deep.equal(['DATABASE_NAME_HARDCODED procedure alters, procedure looks']);
    });

    if (isMaria)
      it("are reported in MariaDB's PL/SQL and in its packages", async () => {
        await create(`create table t (id int); create table items (pt_naming int); set session sql_mode = 'ORACLE';
          create procedure fill as begin insert into t values (1); end;
          create procedure calls as begin ${DATABASE}.fill; end;
          create procedure calls_with as begin ${DATABASE}.fill(); end;
          create package fine as procedure p; end; create package body fine as procedure p as begin fill; end; end;
          create package odd as procedure p; function f return int; end;
          create package body odd as procedure p as begin insert into ${DATABASE}.t values (1); end;
            function f return int as begin return 1; end; end; create view packed as select odd.f() as n`);
        const { findings, error } = await trip();
        expect(error).to.equal(undefined);
        await server.sql(`call ${COPY}.calls(); call ${COPY}.calls_with(); call ${COPY}.odd.p()`);
        expect([await rowsOf(`${DATABASE}.t`), await rowsOf(`${COPY}.t`)]).to.deep.equal([3, 0]);
        expect(told(findings)).to.deep.equal([
          'DATABASE_NAME_HARDCODED procedure calls, procedure calls_with, package body odd, view packed',
        ]);
        await server.sql(`call ${COPY}.fine.p()`);
        expect([await rowsOf(`${DATABASE}.t`), await rowsOf(`${COPY}.t`)]).to.deep.equal([3, 1]);
      });

    for (const [what, view] of [
      ['a table', 'select id from pt_other.x'],
      ['a table whose columns it leaves alone', 'select count(*) as n from pt_other.x'],
      ['a table among others', 'select 1 as a from (t join t as u) join (t as w join pt_other.x)'],
      ['a function', 'select pt_other.f() as n'],
    ] as const)
      it(`do not load where another database is missing of which a view reads ${what}, and it is told`, async () => {
        await create(`create table t (id int); drop database if exists pt_other; create database pt_other; create table pt_other.x (id int);
          create function pt_other.f() returns int deterministic return 1; create view fine as select id from t;
          create view of_server as select table_name from information_schema.tables; create view v as ${view}`);
        const here = await trip();
        expect(here.error).to.equal(undefined);
        const found = told(here.findings);
        expect(found).to.include('RESTORE_PREREQUISITE v (pt_other)');
        expect(found.filter(it => !it.startsWith('DATABASE_NAME_HARDCODED'))).to.have.length(1);
        const edit = (dump: string) => dump.replaceAll('pt_other', 'pt_missing');
        const { error } = await backUpAndLoad(server, DATABASE, { folder, copy: COPY, edit });
        expect(error).to.match(/ERROR (?:1049|1146|1305|1356)/);
      });

    it('are no finding where a view only has an alias in front', async () => {
      await create(`create table t (id int, d date, v varchar(9)); create function f() returns int deterministic return 1;
        create view v as select extract(year from o.d) as y, trim(both 'x' from o.v) as x, substring(o.v from 2) as s, f() as n,
          (select max(p.id) from t p where p.id = o.id) as m, (extract(day from (o.d))) as e from (t o join (t q join t r))`);
      const { findings, error } = await trip();
      expect([findings, error]).to.deep.equal([[], undefined]);
    });

    it('are reported in any case of the letters where the server ignores case, and only there', () => {
      const scanner = new InventoryScanner();
      scanner.scan(
        Buffer.from(`-- Host: localhost    Database: shop\nCREATE TABLE \`t\` (\`id\` int);\nDELIMITER ;;
CREATE PROCEDURE \`p\`() INSERT INTO SHOP.T VALUES (1) ;;\n/*!50003 CREATE*/ /*!50003 TRIGGER Shop.tr BEFORE INSERT ON t FOR EACH ROW SET @a = 1 */;;
DELIMITER ;\n`),
      );
      const contents = scanner.end();
      const findingsWhere = (ignoresCase: boolean) =>
        told(namingFindings({ contents, report: sampleReport({ ignoresCase }), database: 'shop' }));
      expect(findingsWhere(true)).to.deep.equal([
        'DATABASE_NAME_HARDCODED trigger tr',
        'DATABASE_NAME_HARDCODED procedure p',
      ]);
      expect(findingsWhere(false)).to.deep.equal([]);
    });

    it('are no finding in tables, of which the server leaves the name out', async () => {
      await create(`create table t (id int primary key, twice int generated always as (${DATABASE}.t.id * 2) stored);
        create table child (id int, foreign key (id) references ${DATABASE}.t (id));
        create table checked (id int, check (${DATABASE}.checked.id > 0));
        create table part (a int) engine = myisam; create table whole (a int) engine = merge union = (${DATABASE}.part);
        insert into part values (1)`);
      const { findings, error } = await trip();
      expect(error).to.equal(undefined);
      expect(findings.map(({ code }) => code)).to.deep.equal(['NOT_TRANSACTIONAL', 'DEFINITION_ONLY']);
      await server.sql(
        `delete from ${DATABASE}.part; insert into ${COPY}.t (id) values (1); insert into ${COPY}.child values (1)`,
      );
      expect([await rowsOf(`${COPY}.whole`), await rowsOf(`${DATABASE}.t`)]).to.deep.equal([1, 0]);
    });

    it('of which more follows in one query: MySQL keeps the semicolon, and it is told that they do not load', async () => {
      await create('create table t (id int)');
      await server.sql(`use ${DATABASE}; create trigger tr before insert on t for each row SET new.id = 1;
        create event e on schedule every 1 day disable do SET @a = 1; create procedure p() select 1;
        create trigger alone before insert on t for each row SET new.id = 2`);
      const { findings, error, state } = await trip();
      if (isMaria) expect([findings, error, state]).to.deep.equal([[], undefined, 'complete']);
      else {
        expect(error).to.contain('ERROR 1064');
        expect(told(findings)).to.deep.equal(['WILL_NOT_LOAD trigger tr, event e']);
        expect(state).to.equal('incomplete');
      }
    });

    it('are no finding where they are left out on purpose', async () => {
      await create(`create table t (id int); create procedure fill() insert into ${DATABASE}.t values (1)`);
      const { findings } = await backUpAndLoad(server, DATABASE, {
        folder,
        copy: COPY,
        dumpOptions: ['--skip-routines'],
      });
      expect(findings.map(({ code }) => code)).to.deep.equal(['PARTIAL_BY_CONFIG']);
    });
  });
