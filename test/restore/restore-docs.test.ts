import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { Workplace } from '../../testing/cli/sade.ts';
import { pasteHere } from '../../testing/cli/shell-with-sade.ts';
import { Terminal } from '../../testing/cli/terminal.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { blocksRunBy, ROOT } from '../../testing/docs/pages.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';

const MAIN = join(ROOT, 'cli/main.ts');
const PASSWORD = 'a long password';

const SCHEMA = `create table faktur (id int primary key, total int not null);
  insert into faktur select seq, seq * 7 from seq_1_to_2028;
  create table barang (id int primary key);
  insert into barang select seq from seq_1_to_50;
  create view mahal as select id from faktur where total > 700;
  create trigger no_debt before insert on faktur for each row set new.total = greatest(new.total, 0);`;

/** The blocks of docs/restore.md, in a shell, with what a person answers on a terminal. */
describe('the commands of docs/restore.md', function () {
  this.timeout(180_000);
  const blocks = blocksRunBy('test/restore/restore-docs.test.ts');
  const ran = new Set<string>();
  let old: MariaDb;
  let fresh: MariaDb;
  let service: ServiceHere;
  let place: Workplace;
  let id: string;

  const entry = (server: MariaDb, database_name: string) => ({
    ...{ database_name, db_host: server.host, db_port: server.port, db_username: 'root', db_password: server.password },
    ...{ restore_username: 'lumbung_restore', restore_password: PASSWORD },
  });
  const restorer = (server: MariaDb) =>
    server.sql(`create user lumbung_restore@'127.0.0.1' identified by '${PASSWORD}';
      grant all on \`pt\\_%\`.* to lumbung_restore@'127.0.0.1'; grant set user on *.* to lumbung_restore@'127.0.0.1'`);
  before(async () => {
    [old, fresh] = await Promise.all([startMariaDb(), startMariaDb()]);
    await Promise.all([restorer(old), restorer(fresh)]);
    for (const name of ['pt_xyz', 'pt_abc']) {
      await old.sql(`create database ${name} character set utf8mb4`);
      await old.sql(SCHEMA, name);
    }
    place = await Workplace.create([entry(old, 'pt_xyz'), entry(old, 'pt_abc')]);
    service = await startServiceHere({
      STORAGE_DIR: join(place.folder, 'backups'),
      DATABASE_URL: `sqlite:${place.folder}/h.sqlite`,
    });
    const target = { db_host: fresh.host, db_port: fresh.port, db_username: 'lumbung_restore', db_password: PASSWORD };
    await writeFile(join(place.folder, 'targets.json'), JSON.stringify({ new: target }), { mode: 0o600 });
    const { report, stderr } = await place.backup(service.url);
    expect(report.exit_code, stderr).to.equal(0);
    id = String(report.outcomes.find(({ database }) => database === 'pt_xyz')!.backup_id);
    await mkdir(join(place.folder, 'mnt'));
    await symlink(join(place.folder, 'backups'), join(place.folder, 'mnt/copy'));
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await Promise.all([old.stop(), fresh.stop()]);
    await place[Symbol.asyncDispose]();
  });

  /** Types a block into a shell, and answers the questions of `sade`: on a terminal where it has any. @returns what is shown */
  async function paste(
    looks: string,
    answers: readonly (readonly [question: string, answer: string])[] = [],
    exitCode = 0,
  ) {
    const block = blocks.find(({ text }) => text.includes(looks) && !ran.has(text));
    expect(block, looks).to.be.an('object');
    ran.add(block!.text);
    const text = block!.text
      .replaceAll('--at 34', `--at ${id}`)
      .replaceAll("'2026-11-28 01:30'", `'${new Date().getFullYear()}-12-31 23:59'`)
      .replaceAll('db1.example.com', `${old.host}:${old.port}`)
      .replaceAll('/mnt/', `${place.folder}/mnt/`);
    const env = {
      ...{ SADE_CONFIG: join(place.folder, 'databases.json'), SADE_WORK_DIR: place.workDir },
      ...{ SADE_SERVER: service.url, SADE_TARGETS: join(place.folder, 'targets.json') },
    };
    if (answers.length === 0) {
      const { code, stdout, stderr } = await pasteHere(`set -e\n${text}`, {
        cwd: place.folder,
        env: { ...process.env, ...env },
      });
      expect(code, stdout + stderr).to.equal(exitCode);
      return stdout + stderr;
    }
    const script = `set -e; sade() { '${process.execPath}' '${MAIN}' "$@"; }\n${text}`;
    await using terminal = Terminal.open(['bash', '-c', script], { cwd: place.folder, env });
    for (const [question, answer] of answers) {
      await terminal.shows(question);
      terminal.type(`${answer}\r`);
    }
    expect(await terminal.exitCode, await terminal.screen()).to.equal(exitCode);
    return terminal.screen();
  }
  const YES = [['Restore now? [y/N]', 'y']] as const;
  const count = async (server: MariaDb, table: string, database: string) =>
    Number((await server.sql(`select count(*) as n from \`${table}\``, database))[0]!.n);
  const drop = (server: MariaDb, database: string) => server.sql(`drop database if exists \`${database}\``);

  it('show the plan, and change nothing', async () => {
    expect(await paste('--dry-run')).to.contain('Restore of pt_xyz');
    expect(await old.sql("show databases like 'pt_xyz_restored'")).to.deep.equal([]);
  });

  it('find a lost table, bring it back beside the database, in it, and in place of a wrong one', async () => {
    await old.sql('delete from faktur where id > 816', 'pt_xyz');
    expect(await paste('sade find')).to.match(new RegExp(`${id} .* 2,028 `));
    const beside = await paste('--tables faktur --into', YES);
    expect(beside).to.contain('ok: faktur in pt_xyz_restored is restored from backup');
    expect(await count(old, 'faktur', 'pt_xyz_restored')).to.equal(2028);
    await drop(old, 'pt_xyz_restored');
    await paste('--tables faktur --replace', [['Type pt_xyz to go on:', 'pt_xyz']]);
    expect(await count(old, 'faktur', 'pt_xyz')).to.equal(2028);
    expect(await count(old, 'faktur', 'pt_xyz__lumbung_old')).to.equal(816);
    await drop(old, 'pt_xyz__lumbung_old');
    await old.sql('drop table faktur', 'pt_xyz');
    await paste('--tables faktur\n', YES);
    expect(await count(old, 'faktur', 'pt_xyz')).to.equal(2028);
    expect(await count(old, 'barang', 'pt_xyz')).to.equal(50);
    await drop(old, 'pt_xyz_restored');
  });

  it('bring back a database that is gone, replace one that is wrong, and restore one of a time', async () => {
    await drop(old, 'pt_xyz');
    // The backup that a replace makes first has lost rows: it is skipped.
    await paste('sade restore pt_xyz\n', YES);
    expect(await count(old, 'faktur', 'pt_xyz')).to.equal(2028);
    await old.sql('delete from barang', 'pt_xyz');
    await paste('sade restore pt_xyz --replace', [['Type pt_xyz to go on:', 'pt_xyz']]);
    expect(await count(old, 'barang', 'pt_xyz')).to.equal(50);
    await drop(old, 'pt_xyz__lumbung_old');
    await paste("--at '2026-11-28 01:30'", YES);
    expect(await count(old, 'faktur', 'pt_xyz_before')).to.equal(2028);
  });

  it('bring all databases of a lost server to a new one, and move one there', async () => {
    // What was lost is there again, and so the next backup is one without a loss.
    expect((await place.backup(service.url)).report.exit_code).to.equal(0);
    const screen = await paste('--all-of', [['Restore 2 databases now? [y/N]', 'y']]);
    expect(screen).to.contain('2 of 2 databases are restored and agree with their backups');
    for (const name of ['pt_xyz', 'pt_abc']) expect(await count(fresh, 'faktur', name)).to.equal(2028);
    // One of them is there, and so it is refused.
    await drop(fresh, 'pt_abc');
    const named = await paste('pt_xyz pt_abc --to new --yes', [], 1);
    expect(named)
      .to.contain('1 of 2 databases is restored')
      .and.match(/REFUSED +pt_xyz: /)
      .and.match(/ok +pt_abc: /);
    await drop(fresh, 'pt_xyz');
    await paste('sade backup --only pt_xyz &&', YES);
    expect(await count(fresh, 'mahal', 'pt_xyz')).to.be.greaterThan(1000);
  });

  it('restore from a copy of the storage with the service gone, and write the SQL of a backup', async () => {
    await paste('--to-stdout');
    expect(await readFile(join(place.folder, 'pt_xyz.sql'), 'utf8')).to.contain('CREATE TABLE `faktur`');
    await service.stop();
    await drop(old, 'pt_xyz_restored');
    const screen = await paste('zip=$(ls', YES);
    expect(screen).to.contain('is not in the history of the service');
    expect(await count(old, 'faktur', 'pt_xyz_restored')).to.equal(2028);
  });

  it('are all run', () => {
    expect(blocks.filter(({ text }) => !ran.has(text)).map(({ text }) => text)).to.deep.equal([]);
  });
});
