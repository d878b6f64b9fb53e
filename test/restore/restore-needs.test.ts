import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { runDocumented } from '../../testing/cli/sade.ts';
import { SHOP } from '../../testing/databases/shop.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

const RESTORER = { restore_username: 'needing', restore_password: 'only for needs' };
const ACCOUNT = `${RESTORER.restore_username}@'127.0.0.1'`;
const BOSS = "restore_boss@'localhost'";

const DUMP = `-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: x    Database: shop
-- ------------------------------------------------------
-- Server version\t10.11.6-MariaDB
/*!40101 SET NAMES utf8mb4 */;
CREATE TABLE \`a\` (\`x\` varchar(5) COLLATE utf8mb4_0900_ai_ci) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE \`b\` (\`x\` varchar(5) COLLATE utf8mb4_0900_as_cs) ENGINE=NoSuchEngine DEFAULT CHARSET=utf8mb4;
-- Dump completed
`;

describe('what a backup needs of the server that it is restored to', function () {
  this.timeout(120_000);
  let scene: FaultScene;
  let trial: FaultTrial;
  let database: string;
  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(SHOP);
    trial = await scene.trial(database, { entry: RESTORER });
    await scene.mariadb.sql(
      `create or replace user ${ACCOUNT} identified by '${RESTORER.restore_password}'; grant set user on *.* to ${ACCOUNT}; grant all on \`needs\\_%\`.* to ${ACCOUNT};
       create or replace user ${BOSS}; grant all on *.* to ${BOSS}`,
    );
  });
  after(async () => {
    await scene.mariadb.sql(`drop user ${ACCOUNT}; drop user if exists ${BOSS}`);
    await trial[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  const run = async (command: string) => {
    const { code, stdout, stderr } = await runDocumented(command, trial.place, trial.url);
    return { code, text: (stdout + stderr).replace(/\s+/g, ' ') };
  };
  const isThere = async (name: string) => (await scene.mariadb.sql(`show databases like '${name}'`)).length === 1;

  it('is in the plan before the question, with the options to type, by which it is restored then', async () => {
    const zip = join(trial.place.folder, 'needs.sql.zip');
    await writeFile(zip, sampleZip({ content: DUMP }).bytes);
    const command = `sade restore ${trial.label} --from ${zip} --into needs_more`;
    const { code, text } = await run(`${command} --dry-run`);
    expect(code, text).to.equal(3);
    expect(text)
      .to.contain('the server lacks 2 collations that the definitions need: utf8mb4_0900_ai_ci, utf8mb4_0900_as_cs')
      .and.contain('the server does not have the engine NoSuchEngine');
    const [options] = /--collation utf8mb4_0900_ai_ci=\w+ --collation utf8mb4_0900_as_cs=\w+/.exec(text)!;
    expect((await run(`${command} ${options} --dry-run`)).text)
      .to.contain('NoSuchEngine')
      .and.not.contain('lacks');
    const done = await run(`${command} ${options} --force --yes`);
    expect(done.code, done.text).to.equal(0);
    await scene.mariadb.sql('drop database needs_more');
  });

  it('is looked at after the fetch, and before anything is made, where no manifest says it', async () => {
    const { bytes, fileName } = sampleZip({ content: DUMP, database: trial.label });
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(bytes)]), fileName);
    const sent = await fetch(`${trial.url}/${trial.label}`, { method: 'POST', body: form });
    expect(sent.ok, await sent.clone().text()).to.equal(true);
    const { data } = (await sent.json()) as { data: { id: number } };
    const { code, text } = await run(`sade restore ${trial.label} --at ${data.id} --force --into needs_late --yes`);
    expect(code, text).to.equal(2);
    expect(text)
      .to.contain('Nothing was changed on the server.')
      .and.contain('utf8mb4_0900_ai_ci, utf8mb4_0900_as_cs')
      .and.match(/add --collation utf8mb4_0900_ai_ci=\w+ /);
    expect(await isThere('needs_late')).to.equal(false);
  });

  it('names each owner of views, routines and events in the plan and in the result, and what it may do there', async () => {
    await scene.mariadb.sql(`create definer = ${BOSS} procedure bossy() select 1`, database);
    await scene.mariadb.sql(`create definer = ${BOSS} event hourly on schedule every 1 hour do select 1`, database);
    const { outcome } = await trial.backup();
    const command = `sade restore ${trial.label} --at ${outcome.backup_id} --into needs_whose`;
    const owner = '`restore_boss`@`localhost` (1 event, 1 procedure)';
    const unseen = await run(`${command} --dry-run`);
    expect(unseen.code, unseen.text).to.equal(0);
    expect(unseen.text).to.contain(`owners beside needing@127.0.0.1: `).and.contain(owner);
    expect(unseen.text).to.contain(`${owner} keeps what belongs to it`).and.contain('--definer drop');
    await scene.mariadb.sql(`grant select on mysql.* to ${ACCOUNT}`);
    const seen = await run(`${command} --yes`);
    expect(seen.code, seen.text).to.equal(0);
    const warning = `${owner} has more rights on this server than needing@127.0.0.1 (SUPER, `;
    expect(seen.text.split(warning), 'in the plan and in the result').to.have.length(3);
    const dropped = await run(`${command}2 --definer drop --yes`);
    expect(dropped.text).to.not.contain('owners').and.not.contain('more rights');
    await scene.mariadb.sql(`drop user ${BOSS}`);
    const gone = await run(`${command}3 --yes`);
    expect(gone.text).to.contain(`${owner} does not exist on this server`).and.contain('CREATE USER and GRANT');
    expect(gone.text.split('does not exist on this server'), 'in the plan, and not again').to.have.length(2);
    await scene.mariadb.sql('drop database needs_whose; drop database needs_whose2; drop database needs_whose3');
  });

  it('is a key for encrypted tables: without one it is refused before anything is made, or loaded plain where that is asked for', async () => {
    const zip = join(trial.place.folder, 'encrypted.sql.zip');
    const content = DUMP.replace(
      /CREATE TABLE[\s\S]*;\n/,
      'CREATE TABLE `secret` (`x` int) ENGINE=InnoDB `ENCRYPTED`=YES;\n',
    );
    await writeFile(zip, sampleZip({ content }).bytes);
    const command = `sade restore ${trial.label} --from ${zip} --into needs_key`;
    const refused = await run(`${command} --yes`);
    expect(refused.code, refused.text).to.equal(3);
    expect(refused.text).to.contain('has no keys to encrypt with: secret').and.contain('add --without-encryption');
    expect(await isThere('needs_key')).to.equal(false);
    // That the server itself refuses it is why there is the option.
    const made = await scene.mariadb
      .sql('create table e (x int) engine=InnoDB `ENCRYPTED`=YES', database)
      .catch(String);
    expect(made).to.match(/errno: 140/);
    const plain = await run(`${command} --without-encryption --yes`);
    expect(plain.code, plain.text).to.equal(0);
    expect(plain.text)
      .to.contain('will not be on this server (--without-encryption): secret')
      .and.contain('ENCRYPTED left out');
    await scene.mariadb.sql('drop database needs_key');
  });

  it('are tables that foreign keys point to: in another database, or not chosen with --tables, with the command that has them', async () => {
    const elsewhere = await scene.createDatabase('create table region (id int primary key)');
    const tables = `create table area (id int primary key, region int, constraint far foreign key (region) references ${elsewhere}.region (id));
      create table town (id int primary key, area int references area (id));
      create table street (id int primary key, town int, constraint near foreign key (town) references town (id));
      insert into ${elsewhere}.region values (1); insert into area values (1, 1); insert into town values (1, 1); insert into street values (1, 1)`;
    const source = await scene.createDatabase(tables);
    await using other = await scene.trial(source, { entry: RESTORER });
    const { outcome } = await other.backup();
    const label = other.label;
    const at = `--at ${outcome.backup_id}`;
    const runThere = async (command: string) => {
      const { code, stdout, stderr } = await runDocumented(command, other.place, other.url);
      return { code, text: (stdout + stderr).replace(/\s+/g, ' ') };
    };
    const whole = await runThere(`sade restore ${label} ${at} --into needs_parents --dry-run`);
    expect(whole.text)
      .to.contain(`foreign keys of area point to the database ${elsewhere}, in which this user sees no region`)
      .and.contain(`lacks REFERENCES on region of ${elsewhere}`)
      .and.not.contain('does not have what foreign keys point to');
    expect(whole.code, whole.text).to.equal(3);
    const [grant] = /GRANT REFERENCES ON .*?;/.exec(whole.text)!;
    await scene.mariadb.sql(grant);
    const seen = await runThere(`sade restore ${label} ${at} --into needs_parents --dry-run`);
    expect(seen.text).to.contain(`the database ${elsewhere}: from now on to its tables`).and.not.contain('lacks');
    const part = await runThere(`sade restore ${label} ${at} --into needs_parents --tables street --yes`);
    expect(part.code, part.text).to.equal(0);
    expect(part.text).to.contain('needs_parents does not have what foreign keys point to (street to town)');
    const [proposed] = /sade restore \S+ (?:--\w+ \S+ )*--tables street,town,area/.exec(part.text) ?? [];
    await scene.mariadb.sql('drop database needs_parents');
    const all = await runThere(`${proposed} --yes`);
    expect(all.code, `${proposed}: ${all.text}`).to.equal(0);
    expect(all.text).to.not.contain('does not have what foreign keys');
    await scene.mariadb.sql('drop database needs_parents');
  });
});
