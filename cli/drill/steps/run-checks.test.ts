import { expect } from 'chai';
import type { SourceServer } from '../../../testing/databases/source-server.ts';
import { SERVERS } from '../../../testing/databases/source-servers.ts';
import { until } from '../../../testing/until.ts';
import type { DrillCheck } from '../../config/drill-checks.ts';
import { runChecks } from './run-checks.ts';

const signal = new AbortController().signal;

for (const { name, flavour, open } of SERVERS)
  describe(`checks of a restored database, on ${name}`, function () {
    this.timeout(60_000);
    let server: SourceServer | undefined;
    before(async () => {
      server = await open();
      // With all rights: what keeps a check from writing is not a lack of rights.
      await server?.sql(`drop database if exists pt_checks; create database pt_checks; use pt_checks; create table orders (id int primary key, price decimal(9,2));
        insert into orders values (1, 10.50), (2, null), (3, 7); create user if not exists lumbung@'127.0.0.1' identified by 'secret#1';
        grant all on pt_checks.* to lumbung@'127.0.0.1';
        create procedure wipe() begin commit; delete from orders; end;
        create function wiped() returns int modifies sql data deterministic begin delete from orders; return 1; end`);
    });
    after(async () => {
      await server?.sql("drop database if exists pt_checks; drop user if exists lumbung@'127.0.0.1'");
      await server?.[Symbol.asyncDispose]();
    });

    const ask = async (sql: string, expected: DrillCheck['expected'], withinMs?: number) => {
      const checks = [{ name: sql, sql, expected }];
      const restored = server!.source('pt_checks');
      const [result] = await runChecks({ restored, flavour, checks, signal, ...(withinMs && { withinMs }) });
      return result!;
    };

    it('agree where the one value is the expected one, as a number, as a text, or as NULL', async function () {
      if (!server) return this.skip();
      const result = await ask('SELECT COUNT(*) > 2 FROM orders;', 1);
      expect(result).to.deep.include({ expected: '1', found: '1', error: null, agrees: true });
      expect(result.seconds).to.be.within(0, 10);
      for (const [sql, expected] of [
        ['select price from orders where id = 1', 10.5],
        ['select price from orders where id = 1', '10.50'],
        ['select price from orders where id = 2', null],
        ['with n as (select 1 as i union all select 2) select sum(i) from n -- a comment', 3],
        ["select ''", ''],
      ] as const)
        expect((await ask(sql, expected)).agrees, sql).to.equal(true);
    });

    it('do not agree where the value is another one', async function () {
      if (!server) return this.skip();
      for (const [sql, expected] of [
        ['select count(*) from orders', 4],
        ['select price from orders where id = 1', '10.5'],
        ['select price from orders where id = 2', 0],
        ["select ''", 0],
        ['select 1', null],
        ["select 'NULL'", null],
      ] as const) {
        const { agrees, error } = await ask(sql, expected);
        expect({ agrees, error }, sql).to.deep.equal({ agrees: false, error: null });
      }
    });

    it('do not agree, and say why, where they give no value, several, or an error', async function () {
      if (!server) return this.skip();
      const one = 'it must give one row with one value';
      expect((await ask('select id from orders', 1)).error).to.equal(`it gave 3 rows; ${one}`);
      expect((await ask('select id from orders where id = 9', 1)).error).to.equal(`it gave no row; ${one}`);
      expect((await ask('select 1 as a, 2 as b', 1)).error).to.equal(`it gave 2 values; ${one}`);
      const { agrees, found, error } = await ask('select count(*) from missing', 1);
      expect({ agrees, found }).to.deep.equal({ agrees: false, found: null });
      expect(error).to.contain('missing');
    });

    it('cannot write, by any kind of statement', async function () {
      if (!server) return this.skip();
      for (const sql of [
        'delete from orders',
        'select 1) as x; delete from orders; select * from (select 1',
        'call wipe()',
        'commit',
        'select wiped()',
        "select 1 into outfile '/tmp/lumbung-never'",
        'create table more (a int)',
      ]) {
        const { agrees, error } = await ask(sql, 1);
        expect(agrees, sql).to.equal(false);
        expect(error, sql).to.be.a('string');
      }
      expect(await server.sql('select count(*) as n from pt_checks.orders')).to.deep.equal([{ n: 3 }]);
    });

    it('show nothing where the connection is lost meanwhile', async function () {
      if (!server) return this.skip();
      const asked = ask('select sleep(30) as held', 0).then(
        () => undefined,
        (error: Error) => error,
      );
      const find = `select id as id from information_schema.processlist where info like '%as held%' and info not like '%processlist%'`;
      let id: unknown;
      await until('the check is running', async () => {
        const [row] = (await server!.sql(find)) as [{ id: number }?];
        id = row?.id;
        return id !== undefined;
      });
      await server.sql(`kill ${id}`);
      expect(await asked).to.be.instanceOf(Error);
    });

    it('are ended when they take too long', async function () {
      if (!server) return this.skip();
      const { agrees, seconds } = await ask(
        'select count(*) from orders a, orders b, orders c where sleep(1) = 0',
        27,
        500,
      );
      expect(agrees).to.equal(false);
      expect(seconds).to.be.below(9);
    });
  });
