import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import type { RestoreReport } from '../../protocol/reports/restore-report.ts';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { filesOnDisk } from '../../testing/cli/on-disk.ts';
import { RUNTIMES } from '../../testing/cli/runtimes.ts';
import { type SadeOptions, sade } from '../../testing/cli/sade.ts';
import { SHOP } from '../../testing/databases/shop.ts';

const RESTORER = { restore_username: 'loader', restore_password: 'only for loading' };

describe('sade restore into a database of its own', function () {
  this.timeout(120_000);
  filesOnDisk();
  let scene: FaultScene;
  let trial: FaultTrial;
  let database: string;
  let id: number;
  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(`${SHOP} create sequence numbers start with 42; select setval(numbers, 98);`);
    trial = await scene.trial(database, { entry: RESTORER });
    await scene.mariadb.sql(
      `create or replace user loader@'127.0.0.1' identified by '${RESTORER.restore_password}'; grant set user on *.* to loader@'127.0.0.1'; grant all on \`${database}%\`.* to loader@'127.0.0.1'; grant select on mysql.proc to loader@'127.0.0.1'`,
    );
    id = (await trial.backup()).outcome.backup_id!;
  });
  after(async () => {
    await trial[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  const restore = async (args: string[], options: SadeOptions = {}) => {
    const files = ['--config', join(trial.place.folder, 'databases.json'), '--work-dir', trial.place.workDir];
    const result = await sade(['restore', trial.label, '--yes', '--server', trial.url, ...files, ...args], options);
    expect(result.stdout + result.stderr).to.not.contain(RESTORER.restore_password);
    return result;
  };
  const rows = async (table: string, of: string) =>
    (await scene.mariadb.sql(`select * from ${table} order by 1`, of)).map(row => Object.values(row));
  const statusIn = async (name: string) => {
    const [event] = await scene.mariadb.sql(
      `select status from information_schema.events where event_schema = '${name}'`,
    );
    return event!.status;
  };
  const reports = async () =>
    ((await (await fetch(`${trial.url}/-/restores?database=${trial.label}`)).json()) as { data: object[] }).data;

  for (const { name, runtime } of RUNTIMES)
    it(`makes it, loads everything, compares it, says so and tells the service (${name})`, async () => {
      const into = `${database}_${name.toLowerCase()}`;
      const { code, stdout, stderr } = await restore(['--into', into], { runtime });
      expect(code, stderr + stdout).to.equal(0);
      expect(stdout)
        .to.match(/will +1\. create the database/)
        .and.contain(`ok: ${into} is restored from backup ${id}: all agrees with the backup`)
        .and.match(/loaded +1,200 rows, .* KiB in .* s \(in order: the dump has only /)
        .and.match(/compared +7 objects and 1,200 rows/);
      expect(stderr).to.contain(`fetching backup ${id} (`).and.contain(`loading `).and.contain(`comparing ${into}`);
      for (const table of ['item', 'stock', 'cheap'])
        expect(await rows(table, into)).to.deep.equal(await rows(table, database));
      expect(await rows('numbers', into), 'the sequence').to.deep.equal(await rows('numbers', database));
      expect(await statusIn(into), 'a copy does not do the work of the original').to.equal('DISABLED');
      const [enable] = /ALTER EVENT \S+ ENABLE;/.exec(stdout)!;
      await scene.mariadb.sql(enable);
      expect(await statusIn(into)).to.equal('ENABLED');
      expect((await reports())[0]).to.include({ outcome: 'agreed', backup_id: id, target_database: into });
      expect(await readdir(join(trial.place.workDir, 'restore'))).to.deep.equal([]);
    });

  it('enables the events of a copy where that is asked for, and says before what it does with them', async () => {
    const into = `${database}_events`;
    const plan = await restore(['--into', into, '--dry-run']);
    expect(plan.stdout.replace(/\s+/g, ' ')).to.contain('its event is created disabled in this copy');
    expect((await restore(['--into', into, '--events', '--no-events'])).stderr).to.contain("can't be given together");
    const { code, stdout } = await restore(['--into', into, '--events', '--schema-only']);
    expect(code, stdout).to.equal(0);
    expect(stdout).to.not.contain('created disabled');
    expect(await statusIn(into)).to.equal('ENABLED');
  });

  it('says which definers do not exist on the server, and what to do', async () => {
    const into = `${database}_orphans`;
    const owner = "gone_owner@'localhost'";
    await scene.mariadb.sql(`create or replace user ${owner}`);
    await scene.mariadb.sql(`create definer = ${owner} procedure orphan() select 1`, database);
    const { outcome } = await trial.backup();
    await scene.mariadb.sql(`drop user ${owner}`);
    await scene.mariadb.sql('drop procedure orphan', database);
    const { code, stdout } = await restore(['--at', `${outcome.backup_id}`, '--into', into]);
    expect(code, stdout).to.equal(0);
    expect(stdout.replace(/\s+/g, ' '))
      .to.contain('warning: `gone_owner`@`localhost` does not exist on this server')
      .and.contain("CREATE USER `gone_owner`@`localhost` IDENTIFIED BY 'a password';")
      .and.contain('--definer drop');
    expect(stdout.split('does not exist on this server'), 'once').to.have.length(2);
    const again = await restore(['--at', `${outcome.backup_id}`, '--into', `${into}2`, '--definer', 'drop']);
    expect(again.stdout).to.contain('ok: ').and.not.contain('does not exist on this server');
  });

  it('prints the plan and the result as JSON, and nothing else on stdout', async () => {
    const into = `${database}_json`;
    const { code, stdout } = await restore(['--into', into, '--json', '--no-events', '--definer', 'drop']);
    expect(code).to.equal(0);
    const { plan, result } = JSON.parse(stdout) as { plan: { action: string }; result: RestoreReport };
    expect(plan.action).to.equal('create');
    expect(result).to.include({ outcome: 'agreed', difference_count: 0, safety_backup: null, target_unchanged: false });
    expect(result.target).to.deep.equal({ host: `127.0.0.1:${scene.mariadb.port}`, database: into, kind: 'new' });
    expect(result.changes!.map(({ object }) => object))
      .to.include('event nightly')
      .and.include('view cheap');
    const [event] = await scene.mariadb.sql(
      `select status, definer from information_schema.events where event_schema = '${into}'`,
    );
    expect(event).to.include({ status: 'DISABLED', definer: 'loader@127.0.0.1' });
  });

  it('restores a zip with the service gone, and says that it was not told', async () => {
    const file = join(trial.place.folder, 'x.sql.zip');
    await copyFile(await trial.storedZip(), file);
    const gone = ['--server', 'http://127.0.0.1:9'];
    const unreached = await restore(['--into', `${database}_file`, ...gone]);
    expect(unreached.code).to.equal(2);
    expect(unreached.stderr.replace(/\s+/g, ' '))
      .to.contain('Check its address')
      .and.contain(`Without the service, restore a copy of a zip: sade restore ${trial.label} --from FILE --into`);
    const { code, stdout, stderr } = await restore(['--from', file, '--into', `${database}_file`, ...gone]);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain(`is restored from ${(await trial.storedZip()).split('/').at(-1)}: all agrees`);
    expect(stderr)
      .to.contain('reading what the dump holds')
      .and.contain('This restore is not in the history of the service: ');
  });

  it('restores a dump that sets the value of a sequence by a SELECT, as older versions of mariadb-dump write it', async () => {
    const file = join(trial.place.folder, 'select.sql.zip');
    const zip = new AdmZip(await trial.storedZip());
    const [entry] = zip.getEntries();
    const dump = entry!.getData().toString('latin1');
    expect(dump).to.contain('\nDO SETVAL(`numbers`');
    zip.updateFile(entry!, Buffer.from(dump.replace('\nDO SETVAL(', '\nSELECT SETVAL('), 'latin1'));
    await writeFile(file, zip.toBuffer());
    const into = `${database}_select`;
    const { code, stdout, stderr } = await restore(['--from', file, '--into', into]);
    expect(code, stderr + stdout).to.equal(0);
    expect(stdout).to.contain('all agrees');
    for (const table of ['numbers', 'item', 'stock', 'cheap'])
      expect(await rows(table, into), table).to.deep.equal(await rows(table, database));
  });

  it('does nothing without --yes where no one can be asked', async () => {
    const files = ['--config', join(trial.place.folder, 'databases.json'), '--work-dir', trial.place.workDir];
    const into = ['--into', `${database}_unasked`];
    const { code, stdout, stderr } = await sade(['restore', trial.label, '--server', trial.url, ...files, ...into]);
    expect(code).to.equal(3);
    expect(stdout).to.contain(`create the database ${database}_unasked`);
    expect(stderr).to.contain('there is no terminal to ask on: nothing was done').and.contain('--yes');
    expect(await scene.mariadb.sql(`show databases like '${database}\\_unasked'`)).to.deep.equal([]);
  });

  it('exits with 1 where what was loaded is not what the manifest says, names each difference, and replaces nothing then', async () => {
    const file = join(trial.place.folder, 'other.sql.zip');
    await copyFile(await trial.storedZip(), file);
    const record = await readFile(`${await trial.storedZip()}.json`, 'utf8');
    await writeFile(
      `${file}.json`,
      record.replace('"name":"stock","rows":200', '"name":"stock","rows":201').replace('"cheap"', '"dear"'),
    );
    const into = `${database}_other`;
    const { code, stdout } = await restore(['--from', file, '--into', into]);
    expect(code, stdout).to.equal(1);
    expect(stdout)
      .to.contain(`DIFFERS: ${into} is loaded from `)
      .and.contain('table stock: 201 rows in the backup, 200 rows here')
      .and.contain('view dear: a view in the backup, nothing here')
      .and.contain('view cheap: nothing in the backup, a view here');
    expect((await reports())[0]).to.include({ outcome: 'differs', difference_count: 3 });
    await scene.mariadb.sql('create table newer (id int)', database);
    const replaced = await restore(['--from', file, '--replace']);
    expect(replaced.code, replaced.stderr).to.equal(1);
    expect(replaced.stdout).to.contain('DIFFERS: nothing was replaced');
    expect(await rows('newer', database)).to.deep.equal([]);
    await scene.mariadb.sql(`drop table newer; drop database \`${database}__lumbung_staging\``, database);
  });

  it('restores single tables beside others, and touches none of these', async () => {
    const into = `${database}_part`;
    await scene.mariadb.sql(
      `create database ${into}; create table ${into}.other (id int); insert into ${into}.other values (7)`,
    );
    const { code, stdout } = await restore(['--into', into, '--tables', 'stock']);
    expect(code, stdout).to.equal(0);
    expect(stdout).to.contain(`load stock into ${into}; its other objects stay as they are`);
    expect(await rows('stock', into)).to.have.length(200);
    expect(await rows('other', into)).to.deep.equal([[7]]);
    expect((await scene.mariadb.sql('show triggers', into)).map(({ Trigger }) => Trigger)).to.deep.equal(['no_debt']);
    expect(await scene.mariadb.sql("show tables like 'item'", into)).to.deep.equal([]);
    const again = await restore(['--into', into, '--tables', 'stock']);
    expect(again.code).to.equal(3);
  });

  it('restores definitions alone, and then the rows alone', async () => {
    const into = `${database}_steps`;
    expect((await restore(['--into', into, '--schema-only'])).code).to.equal(0);
    expect(await rows('stock', into)).to.deep.equal([]);
    const refused = await restore(['--into', into, '--data-only']);
    expect(refused.code).to.equal(3);
    expect(refused.stdout).to.contain('triggers that run with each row and may change it: no_debt');
    await scene.mariadb.sql('drop trigger no_debt', into);
    const { code, stdout, stderr } = await restore(['--into', into, '--data-only']);
    expect(code, stdout + stderr).to.equal(0);
    expect(await rows('stock', into)).to.deep.equal(await rows('stock', database));
    const again = await restore(['--into', into, '--data-only']);
    expect(again.code).to.equal(3);
    expect(again.stdout).to.contain('has rows already');
  });

  it('writes SQL to stdout that a client loads, and asks no server', async () => {
    const { code, stdout, stderr } = await restore(['--to-stdout', '--tables', 'stock']);
    expect(code, stderr).to.equal(0);
    expect(stdout)
      .to.contain('CREATE TABLE `stock`')
      .and.contain('DELIMITER ;;')
      .and.not.contain('CREATE TABLE `item`');
    const into = `${database}_piped`;
    await scene.mariadb.sql(`create database ${into}`);
    const { spawnSync } = await import('node:child_process');
    const { status, stderr: said } = spawnSync(
      'mariadb',
      ['--no-defaults', '-h127.0.0.1', `-P${scene.mariadb.port}`, '-uroot', `-p${scene.mariadb.password}`, into],
      { input: stdout },
    );
    expect(status, String(said)).to.equal(0);
    expect(await rows('stock', into)).to.have.length(200);
  });
});
