import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { runDocumented, sade } from '../../testing/cli/sade.ts';
import { SHOP } from '../../testing/databases/shop.ts';

const RESTORER = { restore_username: 'replacer', restore_password: 'only for replacing' };

describe('sade restore --replace', function () {
  this.timeout(120_000);
  let scene: FaultScene;
  let trial: FaultTrial;
  let database: string;
  let id: number;
  before(async () => {
    scene = await FaultScene.open();
    await scene.mariadb.sql(
      `create or replace user replacer@'127.0.0.1' identified by '${RESTORER.restore_password}'; grant set user on *.* to replacer@'127.0.0.1'; grant select on mysql.proc to replacer@'127.0.0.1'`,
    );
  });
  after(() => scene[Symbol.asyncDispose]());
  beforeEach(async () => {
    database = await scene.createDatabase(SHOP);
    trial = await scene.trial(database, { entry: RESTORER });
    for (const name of [database, `${database}__lumbung_staging`, `${database}__lumbung_old`])
      await scene.mariadb.sql(`grant all on \`${name.replaceAll('_', '\\_')}\`.* to replacer@'127.0.0.1'`);
    id = (await trial.backup()).outcome.backup_id!;
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const restore = (...args: string[]) => {
    const files = ['--config', join(trial.place.folder, 'databases.json'), '--work-dir', trial.place.workDir];
    return sade(['restore', trial.label, '--yes', '--at', `${id}`, ...files, ...args]);
  };
  const there = (...args: string[]) => restore('--replace', '--server', trial.url, ...args);
  const count = async (table: string, of = database) =>
    Number((await scene.mariadb.sql(`select count(*) as n from ${table}`, of))[0]!.n);

  it('says before what it will do, and each right that is missing', async () => {
    const { code, stdout } = await there('--dry-run');
    expect(code, stdout).to.equal(0);
    expect(stdout)
      .to.contain(`1. back up ${database} as it is now`)
      .and.contain(`2. load everything into ${database}__lumbung_staging`)
      .and.contain('4. only if all agrees: swap it with what is in')
      .and.contain(`5. keep the old tables in ${database}__lumbung_old, until you drop it`);
    await scene.mariadb.sql(`revoke all on \`${database}\\_\\_lumbung\\_old\`.* from replacer@'127.0.0.1'`);
    const refused = await there('--dry-run');
    expect(refused.code).to.equal(3);
    expect(refused.stdout).to.contain(`GRANT ALL ON \`${database}\\_\\_lumbung\\_old\`.* TO 'replacer'@'127.0.0.1';`);
  });

  it('that was killed in its swap is reported by the next restore and by sade doctor, with the command that ends it', async () => {
    expect((await there()).code).to.equal(0);
    // As a kill behind the RENAME leaves it: the new tables are in place, two objects are missing.
    const old = `${database}__lumbung_old`;
    await scene.mariadb.sql(
      `update lumbung__restore_state set statement = json_set(statement, '$.state', 'swapping') where kind = 'state'`,
      old,
    );
    await scene.mariadb.sql('drop view cheap; drop trigger no_debt', database);
    const said = async (command: string) => {
      const { code, stdout, stderr } = await runDocumented(command, trial.place, trial.url);
      return { code, text: stdout + stderr };
    };
    let command = '';
    for (const asked of [
      `sade restore ${trial.label} --at ${id}`,
      `sade restore ${trial.label} --tables stock --at ${id}`,
    ]) {
      const { code, text } = await said(asked);
      expect(code, text).to.equal(3);
      expect(text).to.contain('was cut off in its last step');
      command = /sade restore .* --replace .*$/m.exec(text)![0];
    }
    const doctor = await said(`sade doctor --only ${trial.label}`);
    expect(doctor.text)
      .to.match(/FAIL +database .*was cut off in its last step/)
      .and.contain(command);
    const ended = await said(`${command} --yes`);
    expect(ended.code, ended.text).to.equal(0);
    expect(await count('cheap')).to.be.a('number');
    expect((await said(`sade doctor --only ${trial.label}`)).text).to.not.contain('was cut off');
  });

  it('replaces a damaged database, keeps its old tables, and a backup of it that the service has', async () => {
    await scene.mariadb.sql('delete from stock; drop table item; create table newer (id int)', database);
    // The view on the lost table can't be dumped.
    const { code, stdout, stderr } = await there('--force');
    expect(code, stderr + stdout).to.equal(0);
    expect(await count('stock')).to.equal(200);
    expect(await count('item')).to.equal(1000);
    expect(await scene.mariadb.sql("show tables like 'newer'", database)).to.deep.equal([]);
    expect(await count('newer', `${database}__lumbung_old`)).to.equal(0);
    expect(stdout).to.contain(`ok: ${database} is restored from backup ${id}: all agrees with the backup`);
    const safety = (await trial.listed())[0]!;
    expect(safety.id).to.be.greaterThan(id);
    expect(stdout).to.contain(`what was there is in backup ${safety.id} of ${trial.label}`);
    expect(stdout).to.contain(`DROP DATABASE \`${database}__lumbung_old\`;`);
    expect(stdout).to.contain('changed   event nightly: enabled at the very end');
    expect(await scene.mariadb.sql('show triggers', database)).to.have.length(1);
    const [event] = await scene.mariadb.sql(
      `select status from information_schema.events where event_schema = '${database}'`,
    );
    expect(event).to.include({ status: 'ENABLED' });
    expect(await readdir(join(trial.place.workDir, 'restore'))).to.deep.equal([]);
    const again = await there();
    expect(again.code).to.equal(3);
    expect(again.stdout).to.contain(`${database}__lumbung_old still holds the tables`).and.contain('DROP DATABASE');
  });

  it('leaves its backup of the wrong data alone the next time: only its id takes that', async () => {
    await scene.mariadb.sql('update stock set amount = 0; insert into item values (5000, "wrong")', database);
    expect((await there()).code).to.equal(0);
    const [safety] = await trial.listed();
    expect(safety).to.include({ state: 'complete', made_for: 'restore' }).and.not.have.property('loss');
    const plan = async (...at: string[]) => {
      const files = ['--config', join(trial.place.folder, 'databases.json'), '--work-dir', trial.place.workDir];
      const args = ['--server', trial.url, '--into', `${database}_x`, '--dry-run', '--json', ...at];
      const { stdout } = await sade(['restore', trial.label, ...files, ...args]);
      const { backup, warnings } = JSON.parse(stdout).plan;
      return { id: backup.id, warnings: warnings.join('\n') };
    };
    const chosen = await plan();
    expect(chosen.id).to.equal(id);
    expect(chosen.warnings)
      .to.contain(`newer, but made before a restore, with what was replaced: backup ${safety!.id} (`)
      .and.contain(`--at ${safety!.id} takes it`);
    const named = await plan('--at', `${safety!.id}`);
    expect(named.id).to.equal(safety!.id);
    expect(named.warnings).to.contain('this backup was made before a restore');
    const show = await sade(['show', `${safety!.id}`, '--server', trial.url]);
    expect(show.stdout).to.contain('made for    a restore: it holds what was replaced then');
    const find = await sade(['find', trial.label, '--table', 'item', '--server', trial.url]);
    expect(find.stdout)
      .to.match(new RegExp(`^ *${safety!.id} .* 1,001 .*complete, made before a restore$`, 'm'))
      .and.contain(`--tables item --at ${id}`);
    const history = await sade(['history', trial.label, '--server', trial.url]);
    expect(history.stdout)
      .to.match(/made for.*\n.*a restore.*\n/)
      .and.contain(`sade show ${id}`);
    const list = await sade(['list', '--server', trial.url]);
    // The service has databases of other files, too.
    expect(list.stdout)
      .to.match(/^database .* made for /)
      .and.match(new RegExp(`^${trial.label} .* a restore `, 'm'))
      .and.contain(`backup ${safety!.id} was made before a restore`);
  });

  it('replaces one table, and touches no other', async () => {
    await scene.mariadb.sql('delete from stock; delete from item where id > 10', database);
    const { code, stdout, stderr } = await there('--force', '--tables', 'stock');
    expect(code, stderr + stdout).to.equal(0);
    expect(await count('stock')).to.equal(200);
    expect(await count('item')).to.equal(10);
    expect(stdout)
      .to.match(/left out +\d+ objects of the dump that were not asked for/)
      .and.not.contain('table item');
    expect(await scene.mariadb.sql('show triggers', database)).to.have.length(1);
  });

  it('replaces a database that has been emptied, which no nightly backup would call complete', async () => {
    await scene.mariadb.sql(
      'drop table stock, item; drop view cheap; drop procedure restock; drop event nightly',
      database,
    );
    await scene.mariadb.sql('create table left_over (id int)', database);
    const { code, stdout, stderr } = await there();
    expect(code, stderr + stdout).to.equal(0);
    expect(await count('item')).to.equal(1000);
  });

  it('replaces nothing when the backup of what is there lacks something, unless it is forced', async () => {
    await scene.mariadb.sql(
      `revoke event on \`${database}\`.* from ${trial.label}@'127.0.0.1'; delete from \`${database}\`.stock`,
    );
    const { code, stderr } = await there();
    expect(code, stderr).to.equal(2);
    expect(stderr).to.contain('is not complete: the user lacks EVENT').and.contain('--force');
    expect(await count('stock')).to.equal(0);
    expect((await there('--force')).code).to.equal(0);
    expect(await count('stock')).to.equal(200);
  });

  it('replaces nothing when no backup of what is there can be made', async () => {
    await trial.place.list([{ ...trial.entry, db_password: 'wrong' }]);
    await scene.mariadb.sql('delete from stock', database);
    const { code, stderr } = await there();
    expect(code, stderr).to.equal(2);
    expect(stderr)
      .to.contain(`${database} is not replaced, since no backup of it could be made before`)
      .and.contain('Nothing was changed on the server.');
    expect(await count('stock')).to.equal(0);
  });

  it('says what is left when it fails, and the same command without --at works then', async () => {
    await scene.mariadb.sql('delete from stock', database);
    await scene.mariadb.sql('set global read_only = 1');
    const { code, stderr } = await there().finally(() => scene.mariadb.sql('set global read_only = 0'));
    expect(code, stderr).to.equal(2);
    const [safety] = await trial.listed();
    expect(safety!.id).to.be.greaterThan(id);
    const said = stderr.replace(/\n */g, ' ');
    expect(said)
      .to.contain(`Nothing was changed in ${database}.`)
      .and.contain(`DROP DATABASE IF EXISTS \`${database}__lumbung_staging\`;`)
      .and.contain(`The backup that was made before is kept: backup ${safety!.id} of ${trial.label}.`);
    expect((await there('--at', 'latest')).code).to.equal(0);
    expect(await count('stock')).to.equal(200);
  });

  it('keeps the backup of what was there in the work folder when the service is gone, for the next run', async () => {
    await scene.mariadb.sql('delete from stock where id > 190', database);
    const from = ['--replace', '--server', 'http://127.0.0.1:9', '--from', await trial.storedZip()];
    const files = ['--config', join(trial.place.folder, 'databases.json'), '--work-dir', trial.place.workDir];
    const result = await sade(['restore', trial.label, '--yes', ...files, ...from]);
    expect(result.code, result.stderr + result.stdout).to.equal(0);
    const [zip] = (await trial.spooled()).filter(name => name.endsWith('.zip'));
    expect(result.stdout).to.contain(`what was there is in the zip ${join(trial.place.workDir, zip!)}, which the next`);
    expect(await count('stock')).to.equal(200);
    await trial.backup();
    expect((await trial.spooled()).filter(name => name.endsWith('.zip'))).to.deep.equal([]);
    expect((await trial.listed()).map(({ file_name }) => file_name)).to.include(zip);
  });
});
