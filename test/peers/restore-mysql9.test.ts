import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { RestoreReport } from '../../protocol/reports/restore-report.ts';
import { serviceSettings } from '../../testing/cli/fault-scene.ts';
import { sade, Workplace } from '../../testing/cli/sade.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { hasMySql9, type MySql9, mySql9Program, startMySql9 } from '../../testing/databases/mysql9.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

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
    folder = await mkdtemp(join(tmpdir(), 'lumbung-restore9-'));
    await mkdir(join(folder, 'elsewhere'));
    [server, mariadb] = await Promise.all([startMySql9([`--innodb-directories=${folder}/elsewhere`]), startMariaDb()]);
    await mysql('create database shop');
    await mysql(SCHEMA, 'shop');
    await mysql(`create user lumbung@'%' identified by 'secret#1'; create user restorer@'%' identified by 'secret#2';
       grant select, show view, trigger, event, lock tables on shop.* to lumbung@'%'; grant show_routine on *.* to lumbung@'%'`);
    service = await startServiceHere(serviceSettings(folder));
    const login = { db_host: '127.0.0.1', db_port: server.port, db_username: 'lumbung', db_password: 'secret#1' };
    const restorer = { restore_username: 'restorer', restore_password: 'secret#2' };
    place = await Workplace.create(['shop', 'placed'].map(name => ({ database_name: name, ...login, ...restorer })));
    const outcome = await backUp('shop');
    expect(outcome.state).to.equal('complete');
  });
  after(async () => {
    await service?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await mariadb?.stop();
    await place?.[Symbol.asyncDispose]();
    if (folder) await rm(folder, { recursive: true });
  });

  async function backUp(database: string) {
    const programs = ['--mysqldump', mySql9Program('mysqldump')];
    const { report, stderr } = await place.backup(service.url, ['--only', database, ...programs]);
    expect(report.outcomes, stderr).to.have.length(1);
    return report.outcomes[0]!;
  }

  const restore = (...args: string[]) => restoreOf('shop', ...args);
  const restoreOf = (database: string, ...args: string[]) => {
    const files = ['--config', join(place.folder, 'databases.json'), '--work-dir', place.workDir];
    const programs = ['--mysqldump', mySql9Program('mysqldump')];
    return sade(['restore', database, '--yes', '--server', service.url, ...files, ...programs, ...args]);
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
    const { backup_id: id } = await backUp('shop');
    await mysql('drop procedure shop.orphan; drop user gone_owner@localhost');
    await mysql('grant all on *.* to restorer@"%"');
    const { code, stdout, stderr } = await restore('--at', `${id}`, '--into', 'shop_orphans');
    expect(code, stderr + stdout).to.equal(0);
    expect(stdout.match(/^.*does not exist on this server/gm), 'once, in the plan').to.deep.equal([
      'warning: `gone_owner`@`localhost` (1 procedure) does not exist on this server',
    ]);
  });

  it('replaces a database', async () => {
    await mysql('grant all on *.* to restorer@"%"');
    await mysql('delete from t', 'shop');
    const { code, stdout, stderr } = await restore('--replace', '--at', '1');
    expect(code, stderr + stdout).to.equal(0);
    expect((await mysql('select count(*) from t', 'shop')).stdout).to.equal('2\n');
    expect((await mysql('show triggers', 'shop')).stdout).to.contain('shout');
  });

  it('makes tables of other folders and of shared tablespaces in the folder of the database, and lists them', async () => {
    const here = `data directory = '${folder}/elsewhere'`;
    await mysql(`create database placed; create tablespace shared add datafile 'shared.ibd'; use placed;
      create table in_folder (id int primary key) ${here}; insert into in_folder values (1);
      create table in_shared (id int primary key) tablespace shared; insert into in_shared values (2), (3);
      create table parted (id int primary key) partition by range (id)
        (partition a values less than (5) ${here}, partition b values less than (9) ${here});
      insert into parted values (4), (6);
      grant select, show view, trigger, event, lock tables on placed.* to lumbung@'%'; grant all on *.* to restorer@'%'`);
    const outcome = await backUp('placed');
    expect([outcome.state, outcome.rows]).to.deep.equal(['complete', 5]);
    await mysql('drop database placed; drop tablespace shared');
    const { code, stdout, stderr } = await restoreOf('placed', '--json');
    expect(code, stderr + stdout).to.equal(0);
    const { outcome: agreed, changes } = (JSON.parse(stdout) as { result: RestoreReport }).result;
    expect(agreed).to.equal('agreed');
    const folderLeft = `DATA DIRECTORY '${folder}/elsewhere/' left out: its files are in the server's own folder`;
    expect(changes!.map(({ object, message }) => `${object}: ${message}`)).to.include.members([
      `table in_folder: ${folderLeft}`,
      'table in_shared: TABLESPACE shared left out: the table has a file of its own',
      `table parted: ${folderLeft}`,
    ]);
    const files = await mysql(
      "select path from information_schema.innodb_datafiles where path like '%placed%' order by 1",
    );
    expect(
      files.stdout
        .trim()
        .split('\n')
        .map(path => path.replace(/#p#.*/i, '')),
    ).to.deep.equal(['./placed/in_folder.ibd', './placed/in_shared.ibd', ...['./placed/parted', './placed/parted']]);
  });

  it('makes no encrypted table where the server has no keyring, or a plain one where that is asked for', async () => {
    const content = `-- MySQL dump 10.13  Distrib 9.7.0, for Linux (x86_64)
--
-- Host: x    Database: placed
-- ------------------------------------------------------
-- Server version\t9.7.0
CREATE TABLE \`hidden\` (\`id\` int NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*!80016 ENCRYPTION='Y' */;
-- Dump completed
`;
    const zip = join(folder, 'encrypted.sql.zip');
    await writeFile(zip, sampleZip({ content }).bytes);
    await mysql('grant all on *.* to restorer@"%"');
    const options = ['--from', zip, '--into', 'encrypted_again'];
    const refused = await restoreOf('placed', ...options);
    expect(refused.code, refused.stderr).to.equal(3);
    expect(refused.stdout.replace(/\s+/g, ' '))
      .to.contain('no keys to encrypt with: hidden')
      .and.contain('such as component_keyring_file');
    const plain = await restoreOf('placed', ...options, '--without-encryption');
    expect(plain.code, plain.stdout + plain.stderr).to.equal(0);
    expect(plain.stdout).to.contain('ENCRYPTION left out');
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
