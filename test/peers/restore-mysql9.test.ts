import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { serviceSettings } from '../../testing/cli/fault-scene.ts';
import { sade, Workplace } from '../../testing/cli/sade.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { hasMySql9, type MySql9, mySql9Program, startMySql9 } from '../../testing/databases/mysql9.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';

const run = promisify(execFile);

const SCHEMA = `
create table t (id int primary key auto_increment, v varchar(100), n int, twice int generated always as (n * 2) stored, j json);
insert into t (v, n, j) values ('a', 1, '{"x": 1}'), ('🐈', 2, null);
create view v as select * from t;
create trigger shout before insert on t for each row set new.v = concat(new.v, '!');
create procedure p() select 1;
create function f() returns int deterministic return 2;
create event e on schedule every 1 day do delete from t where id < 0;`;

describe('sade restore with MySQL 9', function () {
  this.timeout(180_000);
  let server: MySql9;
  let mariadb: MariaDb;
  let place: Workplace;
  let service: ServiceHere;
  let folder: string;
  const mysql = (statements: string, database = '') =>
    run(
      mySql9Program('mysql'),
      ['--no-defaults', '-uroot', `--socket=${server.socket}`, '-NBe', statements, database].filter(Boolean),
    );

  before(async function () {
    if (!hasMySql9()) return this.skip();
    [server, mariadb] = await Promise.all([startMySql9(), startMariaDb()]);
    await mysql('create database shop');
    await mysql(SCHEMA, 'shop');
    await mysql(`create user lumbung@'%' identified by 'secret#1'; create user restorer@'%' identified by 'secret#2';
       grant select, show view, trigger, event, lock tables on shop.* to lumbung@'%'; grant show_routine on *.* to lumbung@'%'`);
    folder = await mkdtemp(join(tmpdir(), 'lumbung-restore9-'));
    service = await startServiceHere(serviceSettings(folder));
    place = await Workplace.create([
      {
        ...{ database_name: 'shop', db_host: '127.0.0.1', db_port: server.port, db_username: 'lumbung' },
        ...{ db_password: 'secret#1', restore_username: 'restorer', restore_password: 'secret#2' },
      },
    ]);
    const { report, stderr } = await place.backup(service.url, ['--mysqldump', mySql9Program('mysqldump')]);
    expect(report.outcomes[0]!.state, stderr).to.equal('complete');
  });
  after(async () => {
    await service?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await mariadb?.stop();
    await place?.[Symbol.asyncDispose]();
    if (folder) await rm(folder, { recursive: true });
  });

  const restore = (...args: string[]) => {
    const files = ['--config', join(place.folder, 'databases.json'), '--work-dir', place.workDir];
    const programs = ['--mysqldump', mySql9Program('mysqldump')];
    return sade(['restore', 'shop', '--yes', '--server', service.url, ...files, ...programs, ...args]);
  };

  it('prints the grants that are missing, and restores with just these', async () => {
    const { code, stdout } = await restore('--into', 'shop_again');
    expect(code, stdout).to.equal(3);
    const statements = [...stdout.matchAll(/(?:GRANT|SET GLOBAL) [^;]+;/g)].map(([statement]) => statement);
    expect(stdout).to.contain('will not load (error 1227): --definer drop, or,');
    await mysql(statements.join('\n'));
    const again = await restore('--into', 'shop_again');
    expect(again.code, again.stderr + again.stdout).to.equal(0);
    expect(again.stdout).to.contain('all agrees with the backup');
    expect((await mysql('select v from t order by id', 'shop_again')).stdout).to.equal('a\n🐈\n');
  });

  it('names a definer that does not exist there', async () => {
    await mysql(
      'create user gone_owner@localhost; create definer = gone_owner@localhost procedure orphan() select 1',
      'shop',
    );
    const backup = await place.backup(service.url, ['--mysqldump', mySql9Program('mysqldump')]);
    await mysql('drop procedure shop.orphan; drop user gone_owner@localhost');
    await mysql('grant all on *.* to restorer@"%"');
    const id = backup.report.outcomes[0]!.backup_id;
    const { code, stdout, stderr } = await restore('--at', `${id}`, '--into', 'shop_orphans');
    expect(code, stderr + stdout).to.equal(0);
    expect(stdout).to.contain('warning: `gone_owner`@`localhost` does not exist on this server');
  });

  it('replaces a database', async () => {
    await mysql('grant all on *.* to restorer@"%"');
    await mysql('delete from t', 'shop');
    const { code, stdout, stderr } = await restore('--replace', '--at', '1');
    expect(code, stderr + stdout).to.equal(0);
    expect((await mysql('select count(*) from t', 'shop')).stdout).to.equal('2\n');
    expect((await mysql('show triggers', 'shop')).stdout).to.contain('shout');
  });

  it('moves to MariaDB only when told to, and lists what was changed', async () => {
    const { host, port, password } = mariadb;
    const target = { db_host: host, db_port: port, db_username: 'root', db_password: password };
    await writeFile(join(place.folder, 'targets.json'), JSON.stringify({ maria: target }), { mode: 0o600 });
    const to = ['--at', '1', '--to', 'maria', '--targets', join(place.folder, 'targets.json')];
    const refused = await restore(...to);
    expect(refused.code).to.equal(3);
    expect(refused.stdout).to.contain('the backup is of MySQL 9').and.contain('--across-flavours');
    const collation = ['--collation', 'utf8mb4_0900_*=utf8mb4_general_ci'];
    const { code, stdout, stderr } = await restore(...to, '--across-flavours', ...collation);
    expect(code, stderr + stdout).to.equal(0);
    expect(stdout).to.contain('utf8mb4_0900_ai_ci');
    expect(await mariadb.sql('select v, twice from t order by id', 'shop')).to.deep.equal([
      { v: 'a', twice: 2 },
      { v: '🐈', twice: 4 },
    ]);
  });
});
