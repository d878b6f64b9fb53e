import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { sade } from '../../testing/cli/sade.ts';
import { SHOP } from '../../testing/databases/shop.ts';

/** How the user that restores is called, without a password to be seen. */
const RESTORER = { restore_username: 'restorer', restore_password: 'not to be $hown either' };

describe('the plan of sade restore', function () {
  this.timeout(120_000);
  let scene: FaultScene;
  let trial: FaultTrial;
  let database: string;
  const ids: number[] = [];
  const restorer = () => `${RESTORER.restore_username}@'127.0.0.1'`;
  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(SHOP);
    trial = await scene.trial(database, { entry: RESTORER });
    await scene.mariadb.sql(`create or replace user ${restorer()} identified by '${RESTORER.restore_password}'`);
    await scene.mariadb.sql(`grant all on *.* to ${restorer()}`);
    ids.push((await trial.backup()).outcome.backup_id!);
  });
  after(async () => {
    await trial[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  const plan = async (...args: string[]) => {
    const files = ['--config', join(trial.place.folder, 'databases.json'), '--work-dir', trial.place.workDir];
    const result = await sade(['restore', trial.label, '--dry-run', '--server', trial.url, ...files, ...args]);
    for (const secret of [RESTORER.restore_password, trial.entry.db_password as string])
      expect(result.stdout + result.stderr).to.not.contain(secret);
    return result;
  };
  const planned = async (...args: string[]) => {
    const { code, stdout, stderr } = await plan('--json', ...args);
    expect(code, stderr + stdout).to.be.oneOf([0, 3]);
    return { code, stderr, plan: stdout ? JSON.parse(stdout).plan : undefined };
  };

  it('shows the backup with its time in both zones, where it goes, what it holds and each step', async () => {
    const { code, stdout } = await plan('--into', 'fresh');
    expect(code, stdout).to.equal(0);
    expect(stdout)
      .to.contain(`Restore of ${trial.label}`)
      .and.match(new RegExp(`backup +${ids[0]}, complete\n`))
      .and.match(/taken +\d+ \w+ \d{4} \d\d:\d\d \+\d\d:\d\d \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\), 0 min ago/)
      .and.match(/holds +1,200 rows in 2 tables, 4 other objects; dump .* KiB; zip .* KiB/)
      .and.match(/to +127\.0\.0\.1:\d+, MariaDB 10\.11\.\d+, as restorer@127\.0\.0\.1/)
      .and.match(/will +1\. create the database fresh \(CHARACTER SET \w+ COLLATE \w+\)\n/)
      .and.contain('2. load everything into it\n')
      .and.contain('3. compare objects and rows with the backup\n');
    expect(await scene.mariadb.sql("show databases like 'fresh'")).to.deep.equal([]);
  });

  it('is refused where the database is not empty, with the two ways to go on', async () => {
    const { code, stdout } = await plan();
    expect(code).to.equal(3);
    expect(stdout).to.contain(`refused: the database ${database} is there, and not empty (6 objects)`);
    expect(stdout).to.contain(`--into ${database}_restored`).and.contain('--replace');
  });

  it('names each right that the user lacks, and the statement that gives it', async () => {
    await scene.mariadb.sql(`revoke all, grant option from ${restorer()}`);
    try {
      const { code, stdout } = await plan('--into', 'a_fresh');
      expect(code).to.equal(3);
      expect(stdout).to.contain('refused: restorer@127.0.0.1 lacks SELECT, INSERT, CREATE, ');
      const statements = [...stdout.matchAll(/GRANT [^;]+;/g)].map(([statement]) => statement);
      expect(statements).to.deep.equal([
        "GRANT ALL ON `a\\_fresh`.* TO 'restorer'@'127.0.0.1';",
        "GRANT SET USER ON *.* TO 'restorer'@'127.0.0.1';",
      ]);
      await scene.mariadb.sql(statements.join('\n'));
      expect((await plan('--into', 'a_fresh')).code).to.equal(0);
      // A wildcard would give rights on this one, too.
      expect((await plan('--into', 'aXfresh')).code).to.equal(3);
      expect((await plan('--into', 'a_fresh', '--replace')).stderr).to.contain("can't be given together");
    } finally {
      await scene.mariadb.sql(`grant all on *.* to ${restorer()}`);
    }
  });

  it('says so when the password is refused, with the keys of the user that restores', async () => {
    await trial.place.list([{ ...trial.entry, ...RESTORER, restore_password: 'wrong' }]);
    try {
      const { code, stderr } = await plan();
      expect(code).to.equal(2);
      expect(stderr).to.contain("can't connect to").and.contain('Check restore_username and restore_password');
    } finally {
      await trial.place.list([trial.entry]);
    }
  });

  it('takes the server of --to, and the name of the database that was dumped', async () => {
    const targets = join(trial.place.folder, 'targets.json');
    const { host, port } = scene.mariadb;
    const staging = { db_host: host, db_port: port, db_username: 'restorer', db_password: RESTORER.restore_password };
    await writeFile(targets, JSON.stringify({ staging }), { mode: 0o600 });
    const { plan: found } = await planned('--to', 'staging', '--targets', targets);
    expect(found.target).to.include({ address: `${host}:${port}`, database, account: 'restorer@127.0.0.1' });
    const { stderr } = await planned('--to', 'stagging', '--targets', targets);
    expect(stderr).to.contain('has no target stagging').and.contain('staging');
    await writeFile(join(trial.place.folder, 'databases.json'), '[]');
    try {
      // A new server needs no list of databases.
      expect((await planned('--to', 'staging', '--targets', targets)).plan.target.database).to.equal(database);
    } finally {
      await trial.place.list([trial.entry]);
    }
  });

  it('is of a zip on this machine, with the service gone, by the manifest beside it or without one', async () => {
    const zip = await trial.storedZip();
    const file = join(trial.place.folder, 'copy.sql.zip');
    await copyFile(zip, file);
    const from = ['--from', file, '--into', 'fresh', '--server', 'http://127.0.0.1:9'];
    const without = await planned(...from);
    expect(without.code, without.stderr).to.equal(0);
    expect(without.plan.backup).to.include({ id: null, state: null, rows: null, database: trial.label });
    expect(without.plan.warnings.join('\n')).to.contain('no manifest lies beside it (copy.sql.zip.json)');
    await copyFile(`${zip}.json`, `${file}.json`);
    expect((await planned(...from)).plan.backup).to.include({ state: 'complete', rows: 1200, from: file });
    const bytes = await readFile(file);
    await writeFile(file, Buffer.concat([bytes.subarray(0, 40), bytes]));
    expect((await plan(...from)).code).to.equal(2);
    await writeFile(
      `${file}.json`,
      (await readFile(`${zip}.json`, 'utf8')).replace(/"zip":\{"size":\d+/, '"zip":{"size":7'),
    );
    await writeFile(file, bytes);
    const other = await planned(...from);
    expect(other.code).to.equal(3);
    expect(other.plan.problems[0].message).to.contain('is not the one that the manifest beside it describes');
    expect((await planned(...from, '--force')).code).to.equal(0);
    await rm(`${file}.json`);
  });

  it('knows the tables that are named, and says which backups may have the others', async () => {
    const { plan: found } = await planned('--into', 'fresh', '--tables', 'stock, item');
    expect(found.steps[1]).to.equal('load stock, item into it');
    const { code, stderr } = await planned('--tables', 'stok,cheap');
    expect(code).to.equal(3);
    expect(stderr).to.contain('the backup has no table stok. Did you mean stock?');
    expect(stderr).to.contain('the backup has no table cheap: it is a view');
    expect(stderr).to.contain(`sade find ${trial.label} --table stok`);
    expect((await planned('--tables', 'stock')).plan.problems[0].message).to.equal(`${database} already has stock`);
  });

  it('refuses options that contradict each other, all at once', async () => {
    const { code, stderr } = await plan('--into', 'x', '--replace', '--schema-only', '--data-only', '--at', 'soon');
    expect(code).to.equal(3);
    expect(stderr).to.contain('--at is "soon"');
    const { stderr: more } = await plan('--into', 'x', '--replace', '--schema-only', '--data-only');
    expect(more)
      .to.contain('3 mistakes')
      .and.contain('--into and --replace')
      .and.contain('--schema-only and --data-only');
  });

  describe('with newer backups that have lost something or are incomplete', () => {
    before(async () => {
      await scene.mariadb.sql('drop table stock', database);
      ids.push((await trial.backup()).outcome.backup_id!);
    });

    it('is refused with --yes and without a terminal, and names both', async () => {
      for (const more of [[], ['--yes']]) {
        const { code, stderr } = await plan('--into', 'fresh', ...more);
        expect(code).to.equal(3);
        expect(stderr).to.contain(`backup ${ids[1]} of ${trial.label} (`).and.contain(`since backup ${ids[0]} (`);
        expect(stderr).to.contain(`--at ${ids[0]} (before the loss) or --at ${ids[1]} (without what was lost)`);
      }
    });

    it('takes the one that is named, and says what it has lost', async () => {
      expect((await planned('--into', 'fresh', '--at', `${ids[0]}`)).plan.backup.id).to.equal(ids[0]);
      const { plan: found } = await planned('--into', 'fresh', '--at', `${ids[1]}`);
      expect(found.warnings.join('\n')).to.contain('it is SHRUNK').and.contain('table stock');
    });

    it('takes the older one by itself where an incomplete one is the only newer one, and says so', async () => {
      await sade(['accept', `${ids[1]}`, '--reason', 'on purpose', '--server', trial.url]);
      await scene.mariadb.sql(`revoke event on \`${database}\`.* from ${trial.label}@'127.0.0.1'`);
      ids.push((await trial.backup()).outcome.backup_id!);
      const { plan: found } = await planned('--into', 'fresh');
      expect(found.backup.id).to.equal(ids[1]);
      expect(found.warnings.join('\n')).to.contain(`newer, but not complete: backup ${ids[2]} (`);
      const named = await planned('--into', 'fresh', '--at', `${ids[2]}`);
      expect(named.code).to.equal(3);
      expect(named.plan.problems[0].message).to.contain('it is INCOMPLETE').and.contain('EVENTS_NOT_GRANTED');
      expect((await planned('--into', 'fresh', '--at', `${ids[2]}`, '--force')).code).to.equal(0);
    });

    it('finds no backup until a time before all of them, or of another database', async () => {
      const { stderr } = await plan('--at', '2020-01-01', '--into', 'fresh');
      expect(stderr).to.contain(`the service has no backup of ${trial.label} at or before 1 Jan 2020 23:59`);
      const other = await scene.trial(await scene.createDatabase('create table t (id int)'));
      const id = (await other.backup()).outcome.backup_id!;
      expect((await plan('--at', `${id}`)).stderr).to.contain(`is one of ${other.label}, not of ${trial.label}`);
      const unknown = await plan('--at', '999999');
      expect(unknown.code).to.equal(3);
      expect(unknown.stderr)
        .to.contain('the service has no backup 999999')
        .and.contain(`sade history ${trial.label} shows`);
      await other[Symbol.asyncDispose]();
    });
  });
});
