import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { blocksRunBy } from '../../testing/docs/pages.ts';
import { type Block, documentedBlocks, PastingShell, RESTORER } from '../../testing/docs/pasting-shell.ts';

const SCHEMA = `
  create table faktur (id int primary key, n int);
  insert into faktur values (1, 2), (3, 4);
  create table kept_versions (id int primary key) with system versioning;
  insert into kept_versions values (7);
  create sequence numbers;
  create view v_faktur as select id from faktur;
  create trigger no_debt before insert on faktur for each row set new.n = greatest(new.n, 0);
  create procedure restock() select 1;
  create event nightly on schedule every 1 day do call restock();
`;
const STEP_3 = '## 3. Load it and check it';
const STATEMENT = 'CREATE DATABASE `pt_xyz_restored` CHARACTER SET latin1 COLLATE latin1_swedish_ci';

/** The blocks of docs/how-to/restore-a-database.md and switch-to-a-restored-copy.md, pasted whole and in their order. */
describe('the documented way to switch over to a restored copy', function () {
  this.timeout(120_000);
  let mariadb: MariaDb;
  let shell: PastingShell;
  let restoring: readonly Block[];
  let dropUser: readonly Block[];
  let fromFolder: Block;
  let switching: readonly Block[];
  before(async () => {
    mariadb = await startMariaDb(['--event-scheduler=ON']);
    shell = await PastingShell.open(mariadb);
    const page = 'docs/how-to/restore-a-database.md';
    restoring = [
      ...(await documentedBlocks(page, '## 1. Choose a backup and download it', '### On MySQL')),
      ...(await documentedBlocks(page, STEP_3, '## 4. Replace the database or a part of it')),
    ].filter(({ text }) => !/^ *mysql /m.test(text));
    dropUser = await documentedBlocks(page, '## 5. Drop the user', '## When the service is down');
    [fromFolder] = (await documentedBlocks(
      page,
      '## When the service is down',
      '## A new server: users and rights',
    )) as [Block];
    switching = await documentedBlocks('docs/how-to/switch-to-a-restored-copy.md');
    await mariadb.sql('create database pt_xyz character set latin1 collate latin1_swedish_ci');
    await mariadb.sql(SCHEMA, 'pt_xyz');
    await shell.paste({
      language: 'sh',
      text: 'sudo mariadb-dump --single-transaction --routines --events pt_xyz > ~/pt_xyz.sql',
    });
    const zip = new AdmZip();
    zip.addLocalFile(join(shell.folder, 'pt_xyz.sql'));
    await zip.writeZipPromise(join(shell.folder, 'pt_xyz.sql.zip'));
  });
  beforeEach(async () => {
    await mariadb.sql(`drop database if exists pt_xyz; drop database if exists pt_xyz_restored; drop database if exists pt_xyz_broken;
      drop user if exists ${RESTORER.user}@localhost; create database pt_xyz character set latin1 collate latin1_swedish_ci`);
    await mariadb.sql(SCHEMA, 'pt_xyz');
    await mariadb.sql('insert into faktur values (99, 0)', 'pt_xyz');
  });
  after(async () => {
    await mariadb.stop();
    await shell[Symbol.asyncDispose]();
  });

  /** Steps 1 to 3, all in one shell, with the original's statement instead of the example, as the text asks for. */
  async function restoreCopy() {
    await shell.paste(
      restoring.map(({ language, text }) => ({
        language,
        text: text.replace(/CREATE DATABASE [^;]*;/, `${STATEMENT};`),
      })),
    );
  }
  const failed = (pasted: Promise<string>) =>
    pasted.then(
      () => expect.fail('it should have stopped'),
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    );
  const fakturs = async () => (await mariadb.sql('select id from faktur order by id', 'pt_xyz')).map(({ id }) => id);
  const charset = async () =>
    (
      await mariadb.sql(
        "select default_character_set_name as it from information_schema.schemata where schema_name = 'pt_xyz'",
      )
    )[0]!.it;
  const block = (looks: RegExp) => switching.find(({ text }) => looks.test(text))!;
  const keepAndDrop = () => block(/gzip/);
  const load = () => block(/unzip -p/);
  const stopEvents = () => block(/event_scheduler = OFF/);
  const startEvents = () => block(/event_scheduler = \$scheduler/);
  const scheduler = async () => (await mariadb.sql('select @@event_scheduler as it'))[0]!.it;

  it('restores the database in its own character set, keeps the old one in a file, and drops the user last', async () => {
    await restoreCopy();
    expect(await fakturs()).to.deep.equal([1, 3, 99]);
    const events = "select status as it from information_schema.events where event_schema = 'pt_xyz_restored'";
    expect(await mariadb.sql(events)).to.deep.equal([{ it: 'DISABLED' }]);
    expect(await shell.paste(stopEvents())).to.contain('scheduler=ON');
    expect(await shell.paste(block(/PROCESSLIST/))).to.contain('SHOW FULL PROCESSLIST');
    await shell.paste(keepAndDrop());
    expect(await mariadb.sql('show tables', 'pt_xyz')).to.deep.equal([]);
    const [kept] = (await readdir(shell.folder)).filter(name => name.startsWith('pt_xyz-broken-'));
    expect(gunzipSync(await readFile(join(shell.folder, kept!))).toString()).to.match(/\(99,0\).*Dump completed/s);
    await shell.paste(load());
    expect(await fakturs()).to.deep.equal([1, 3]);
    expect(await charset()).to.equal('latin1');
    expect(await mariadb.sql('show triggers', 'pt_xyz')).to.have.length(1);
    expect(await scheduler()).to.equal('OFF');
    await shell.paste([{ language: 'sh', text: 'scheduler=ON' }, startEvents()]);
    expect(await scheduler()).to.equal('ON');
    expect(dropUser).to.have.length(1);
    await shell.paste(dropUser);
    expect(await mariadb.sql(`select user from mysql.user where user = '${RESTORER.user}'`)).to.deep.equal([]);
  });

  it('drops nothing when the user is gone, cannot log in, or there is no copy, no sound zip or no whole dump of the old one', async () => {
    await restoreCopy();
    const zip = join(shell.folder, 'pt_xyz.sql.zip');
    const whole = await readFile(zip);
    const obstacles: [string, RegExp][] = [
      [`drop user ${RESTORER.user}@localhost`, /1133/],
      [`create user ${RESTORER.user}@localhost identified by 'another'`, /Access denied/],
      [`set password for ${RESTORER.user}@localhost = password('${RESTORER.password}')`, /Access denied/],
    ];
    for (const [statement, error] of obstacles) {
      await mariadb.sql(statement);
      expect(await failed(shell.paste(keepAndDrop())), statement).to.match(error);
      expect(await fakturs(), statement).to.deep.equal([1, 3, 99]);
    }
    await mariadb.sql(`grant all on \`pt\\_xyz\\_restored\`.* to ${RESTORER.user}@localhost`);

    await writeFile(zip, whole.subarray(0, whole.length / 2));
    await failed(shell.paste(keepAndDrop()));
    await writeFile(zip, whole);
    expect(await fakturs()).to.deep.equal([1, 3, 99]);

    await mariadb.sql('alter table faktur rename column id to nr', 'pt_xyz'); // a view reads it
    expect(await failed(shell.paste(keepAndDrop()))).to.match(/invalid/);
    expect(await mariadb.sql('select nr from faktur', 'pt_xyz')).to.have.length(3);
    await mariadb.sql('alter table faktur rename column nr to id', 'pt_xyz');

    await mariadb.sql('drop database pt_xyz_restored; create database pt_xyz_restored');
    expect(await failed(shell.paste(keepAndDrop()))).to.contain('There is no table in pt_xyz_restored');
    expect(await fakturs()).to.deep.equal([1, 3, 99]);
  });

  it('moves a broken database away with its triggers, versioned tables and sequences, also in two goes, and then drops only what is left', async () => {
    await restoreCopy();
    const move = block(/RENAME TABLE/);
    const dropRest = block(/has \$left tables: nothing is dropped/);
    expect(await failed(shell.paste(dropRest))).to.contain('pt_xyz still has 3 tables: nothing is dropped');
    expect(await fakturs()).to.deep.equal([1, 3, 99]);
    await mariadb.sql('create view broken as select id from faktur; create database pt_xyz_broken', 'pt_xyz');
    await mariadb.sql('drop trigger pt_xyz.no_debt; rename table pt_xyz.faktur to pt_xyz_broken.faktur');
    await mariadb.sql('create trigger later before insert on kept_versions for each row set new.id = new.id', 'pt_xyz');
    await shell.paste(move);
    const [definitions] = (await readdir(shell.folder)).filter(name => name.startsWith('pt_xyz-definitions-'));
    const text = await readFile(join(shell.folder, definitions!), 'utf8');
    expect(text)
      .to.match(/trigger later before/)
      .and.match(/PROCEDURE `restock`/);
    await shell.paste(move);
    expect((await mariadb.sql('show tables', 'pt_xyz_broken')).map(row => Object.values(row)[0])).to.deep.equal([
      'faktur',
      'kept_versions',
      'numbers',
    ]);
    await shell.paste(dropRest);
    await shell.paste(load());
    expect(await fakturs()).to.deep.equal([1, 3]);
    expect(await charset()).to.equal('latin1');
    expect(await mariadb.sql('select id from faktur', 'pt_xyz_broken')).to.have.length(3);
  });

  it('restores a database that no longer exists, or is empty, and drops nothing where it has a table', async () => {
    const create = block(/DROP DATABASE IF EXISTS/);
    for (const left of ['drop database pt_xyz', 'drop database pt_xyz; create database pt_xyz']) {
      await restoreCopy();
      expect(await failed(shell.paste(create)), left).to.contain(
        'pt_xyz still has 4 tables or views: nothing is dropped',
      );
      await mariadb.sql(left);
      await shell.paste(create);
      await shell.paste(load());
      expect(await fakturs(), left).to.deep.equal([1, 3]);
      expect(await charset(), left).to.equal('latin1');
      await mariadb.sql(`drop database pt_xyz_restored; drop user ${RESTORER.user}@localhost`);
      await mariadb.sql('insert into faktur values (99, 0)', 'pt_xyz');
    }
    await mariadb.sql('drop database pt_xyz');
    expect(await failed(shell.paste(create))).to.contain('There is no table in pt_xyz_restored');
  });

  it('keeps the events of the copy as they were, asks for a scheduler that the shell has forgotten, and counts all rows', async () => {
    await restoreCopy();
    const events = await readFile(join(shell.folder, 'pt_xyz_restored-events.sql'), 'utf8');
    expect(events).to.match(/EVENT `nightly` .* ENABLE/);
    await mariadb.sql('set global event_scheduler = off');
    for (const back of [startEvents(), restoring.find(({ text }) => text.includes('DISABLE'))!]) {
      expect(await failed(shell.paste(back))).to.contain('Type the line that you wrote down, such as scheduler=ON');
      expect(await scheduler()).to.equal('OFF');
    }
    await mariadb.sql('set global event_scheduler = on');
    await mariadb.sql('insert into faktur values (5, 6)', 'pt_xyz_restored');
    const counts = await shell.paste(restoring.at(-1)!);
    expect(counts.trim().split('\n')).to.deep.equal(['faktur\t3', 'kept_versions\t1']);
  });

  it('takes the newest zip of the database, and of no other, from the folders of the service and of sade', async () => {
    const zip = join(shell.folder, 'pt_xyz.sql.zip');
    const whole = await readFile(zip);
    try {
      expect(await failed(shell.paste(fromFolder))).to.contain('no zip of pt_xyz in these folders');
      const id = '0f69a75b-9fdf-48c6-8ec9-000000000000';
      const zips: [string, string][] = [
        ['opt/lumbung/data/backups/pt_xyz', `mysql-2026-11-26-18-30-00-pt_xyz-${id}`],
        ['var/lib/lumbung/backups/pt_xyz', `mysql-2026-11-25-18-30-00-pt_xyz-${id}`],
        ['var/lib/lumbung-backup', `mysql-2026-11-27-18-30-00-pt_xyz-${id}`],
        ['var/lib/lumbung-backup', `mysql-2026-11-28-18-30-00-pt_xyz-2-${id}`],
        ['var/lib/lumbung-backup', `mysql-2026-11-28-18-30-00-my-pt_xyz-${id}`],
      ];
      for (const [folder, name] of zips) {
        await mkdir(join(shell.folder, folder), { recursive: true });
        await writeFile(join(shell.folder, folder, `${name}.sql.zip`), name.includes('11-27') ? whole : 'another');
        const manifest = { state: 'complete', source: { character_set: 'latin1', collation: 'latin1_swedish_ci' } };
        await writeFile(join(shell.folder, folder, `${name}.sql.zip.json`), JSON.stringify(manifest));
      }
      await rm(zip);
      const output = await shell.paste(fromFolder);
      expect(await readFile(zip)).to.deep.equal(whole);
      expect(output.match(/^mysql-\S+/gm)).to.deep.equal(
        ['25', '26', '27'].map(day => `mysql-2026-11-${day}-18-30-00-pt_xyz-${id}.sql.zip`),
      );
      expect(output).to.contain('"state":"complete"\n"character_set":"latin1"\n"collation":"latin1_swedish_ci"\n');
    } finally {
      await writeFile(zip, whole);
    }
  });

  it('is all run here', () => {
    for (const { page, line, text } of blocksRunBy('test/restore/restore-switch.test.ts'))
      expect(shell.pasted.has(text), `${page}:${line}`).to.equal(true);
  });
});
