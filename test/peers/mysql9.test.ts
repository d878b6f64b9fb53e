import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import { Workplace } from '../../testing/cli/sade.ts';
import { hasMySql9, type MySql9, mySql9Program, startMySql9 } from '../../testing/databases/mysql9.ts';
import { type Service, startService } from '../../testing/service/service.ts';

const run = promisify(execFile);

const SCHEMA = `
create table t (id int primary key auto_increment, v varchar(100), n int, twice int generated always as (n * 2) stored, j json);
insert into t (v, n, j) values ('a', 1, '{"x": 1}'), ('🐈', 2, null);
create view v as select * from t;
create trigger shout before insert on t for each row set new.v = concat(new.v, '!');
create procedure p() select 1;
create function f() returns int deterministic return 2;
create event e on schedule every 1 day do delete from t where id < 0;
create function js(n int) returns int deterministic language javascript as $$ // don't lose track here ;;
  /* CREATE TABLE x (a int);; */ return n + 1; $$;
create procedure tagged() language javascript as $tag$ console.log('$$'); // isn't ;; $tag$;
create library lib language javascript as $$ export function f() {} // it's a function, not a table ;; $$;`;

/** MySQL proper, beside MariaDB: both as the source of a backup and as the store of the history. */
describe('MySQL 9', function () {
  this.timeout(120_000);
  let server: MySql9;
  let place: Workplace;
  let service: Service;
  const mysql = (...args: string[]) =>
    run(mySql9Program('mysql'), ['--no-defaults', '-uroot', `--socket=${server.socket}`, ...args]);

  async function load(database: string, sql: Buffer): Promise<void> {
    const args = ['--no-defaults', '-uroot', `--socket=${server.socket}`, database];
    const client = spawn(mySql9Program('mysql'), args, { stdio: ['pipe', 'ignore', 'inherit'] });
    client.stdin.end(sql);
    expect((await once(client, 'close'))[0]).to.equal(0);
  }

  before(async function () {
    if (!hasMySql9()) return this.skip();
    server = await startMySql9();
    await mysql('-e', 'create database shop; create database shop_again; create database history');
    await mysql('shop', '-e', SCHEMA);
    await mysql(
      '-e',
      `create user lumbung@'%' identified by 'secret#1';
       grant select, show view, trigger, event, lock tables on shop.* to lumbung@'%'; grant show_routine on *.* to lumbung@'%';
       create user service@'%' identified by 'p w';
       grant select, insert, update, delete, create, alter, drop, index, references on history.* to service@'%'`,
    );
    const entry = {
      database_name: 'shop',
      db_host: '127.0.0.1',
      db_port: server.port,
      db_username: 'lumbung',
      db_password: 'secret#1',
    };
    place = await Workplace.create([
      entry,
      { ...entry, name: 'encrypted', ssl: 'require' },
      { ...entry, name: 'open', ssl: 'off' },
    ]);
    service = await startService({
      STORAGE_DIR: join(place.folder, 'backups'),
      DATABASE_URL: `mysql://service:p%20w@127.0.0.1:${server.port}/history`,
    });
  });
  after(async () => {
    await service?.[Symbol.asyncDispose]();
    await place?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  it('is backed up by its own mysqldump, with TLS and without, and restores', async () => {
    const { code, report, stderr } = await place.backup(service.url, ['--mysqldump', mySql9Program('mysqldump')]);
    expect(code, stderr).to.equal(0);
    expect(report.outcomes.flatMap(outcome => outcome.findings)).to.deep.equal([]);
    expect(report.outcomes.map(({ state, tables, rows }) => ({ state, tables, rows }))).to.deep.equal(
      Array(3).fill({ state: 'complete', tables: 1, rows: 2 }),
    );

    const zip = Buffer.from(
      await (await fetch(`${service.url}/${report.outcomes[0]!.backup_id}/download`)).arrayBuffer(),
    );
    await load('shop_again', new AdmZip(zip).getEntries()[0]!.getData());
    const counts = (schema: string) =>
      mysql(
        '-N',
        '-e',
        `select (select count(*) from ${schema}.t), (select group_concat(twice order by id) from ${schema}.t),
        (select count(*) from information_schema.triggers where trigger_schema = '${schema}'),
        (select count(*) from information_schema.views where table_schema = '${schema}'),
        (select count(*) from information_schema.routines where routine_schema = '${schema}'),
        (select count(*) from information_schema.libraries where library_schema = '${schema}'),
        (select count(*) from information_schema.events where event_schema = '${schema}')`,
      );
    expect((await counts('shop_again')).stdout)
      .to.equal((await counts('shop')).stdout)
      .and.to.equal('2\t2,4\t1\t1\t4\t1\t1\n');
  });

  it("does not report a dump by MariaDB's mysqldump as complete", async () => {
    const { code, report } = await place.backup(service.url, ['--only', 'shop']);
    expect(code).to.equal(1);
    expect(report.outcomes[0]).to.include({ state: 'incomplete' });
    expect(report.outcomes[0]!.findings.map(({ code }) => code)).to.deep.equal(['FLAVOUR_MISMATCH']);
  });
});
