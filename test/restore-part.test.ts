import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type MariaDb, startMariaDb } from './support/mariadb.ts';

const run = promisify(execFile);

const SCHEMA = `
  create table faktur (id int primary key, n int);
  insert into faktur values (1, 2), (3, 4);
  create view v_faktur as select id from faktur;
  create trigger no_debt before insert on faktur for each row set new.n = greatest(new.n, 0);
  create procedure restock() select 1;
  create function tax() returns int return 11;
  create event nightly on schedule every 1 day do call restock();
`;

describe('the commands of docs/operations.md that bring back one thing', function () {
  this.timeout(60_000);
  let mariadb: MariaDb;
  let folder: string;
  let commands: string[];
  before(async () => {
    mariadb = await startMariaDb();
    folder = await mkdtemp(join(tmpdir(), 'lumbung-restore-part-'));
    const docs = await readFile(join(import.meta.dirname, '../docs/operations.md'), 'utf8');
    const section = docs.slice(docs.indexOf('### One table'), docs.indexOf('### Switching over'));
    commands = [...section.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block]) => block!.trim().split('\n'));
    await mariadb.sql(`create database pt_xyz_restored; create user lumbung_restore@localhost identified by 'x';
      grant all on \`pt\\_xyz\\_restored\`.* to lumbung_restore@localhost; grant set user on *.* to lumbung_restore@localhost`);
    await mariadb.sql(SCHEMA, 'pt_xyz_restored');
  });
  beforeEach(async () => {
    await mariadb.sql('drop database if exists pt_xyz; create database pt_xyz');
    await mariadb.sql(SCHEMA, 'pt_xyz');
    await documented(/GRANT ALL/);
  });
  after(async () => {
    await mariadb.stop();
    await rm(folder, { recursive: true });
  });

  /** Runs the documented command that looks so, as it stands there but for the server and the passwords. */
  async function documented(looks: RegExp): Promise<string> {
    const command = commands.find(command => looks.test(command));
    expect(command, `${looks}`).to.be.a('string');
    const asRoot = `--no-defaults --host=${mariadb.host} --port=${mariadb.port} --user=root --password='${mariadb.password}'`;
    const asRestorer = `--no-defaults --socket=${mariadb.socket} --user=lumbung_restore --password=x`;
    const local = command!
      .replace(/sudo (mariadb\S*)/g, `$1 ${asRoot}`)
      .replace(/mariadb -u lumbung_restore -p/g, `mariadb ${asRestorer}`);
    const { stderr } = await run('bash', ['-c', `set -eo pipefail; ${local}`], {
      env: { ...process.env, HOME: folder },
    });
    return stderr;
  }
  const namesOf = async (table: string, name: string, schema: string) =>
    (
      await mariadb.sql(`select ${name} as name from information_schema.${table} where ${schema} = 'pt_xyz' order by 1`)
    ).map(({ name }) => name);

  it('bring back a dropped table, with its rows and triggers, the view that reads it and the table that refers to it', async () => {
    await mariadb.sql('create table barang (id int references faktur (id)); insert into barang values (1)', 'pt_xyz');
    await mariadb.sql('set foreign_key_checks = 0; drop table faktur', 'pt_xyz');
    await documented(/pt_xyz_restored faktur \|/);
    await documented(/SELECT COUNT/);
    expect(await mariadb.sql('select id from v_faktur', 'pt_xyz')).to.have.length(2);
    expect(await namesOf('triggers', 'trigger_name', 'trigger_schema')).to.deep.equal(['no_debt']);
  });

  it('keep a table that is still there, and say so of one that is not', async () => {
    await documented(/faktur-before/);
    expect(await readFile(join(folder, 'faktur-before.sql'), 'utf8')).to.contain('INSERT INTO `faktur`');
    await mariadb.sql('drop table faktur', 'pt_xyz');
    expect(await documented(/faktur-before/).catch(error => error.stderr)).to.contain("Couldn't find table");
  });

  it('bring back a dropped view', async () => {
    await mariadb.sql('drop view v_faktur', 'pt_xyz');
    await documented(/pt_xyz_restored v_faktur \|/);
    expect(await mariadb.sql('select id from v_faktur', 'pt_xyz')).to.have.length(2);
  });

  it('bring back a dropped trigger, routine or event', async () => {
    const lost = [
      {
        drop: 'trigger no_debt',
        write: /--add-drop-trigger/,
        found: () => namesOf('triggers', 'trigger_name', 'trigger_schema'),
      },
      {
        drop: 'procedure restock',
        write: /--routines/,
        found: () => namesOf('routines', 'routine_name', 'routine_schema'),
      },
      { drop: 'event nightly', write: /--events/, found: () => namesOf('events', 'event_name', 'event_schema') },
    ];
    for (const { drop, write, found } of lost) {
      const before = await found();
      await mariadb.sql(`drop ${drop}`, 'pt_xyz');
      expect(await found()).to.not.deep.equal(before);
      await documented(write);
      await documented(/< ~\/lost\.sql/);
      expect(await found()).to.deep.equal(before);
    }
  });

  it('replace nothing whose part was deleted from the file', async () => {
    await mariadb.sql(
      'drop procedure restock; drop function tax; create function tax() returns int return 12',
      'pt_xyz',
    );
    await documented(/--routines/);
    const file = join(folder, 'lost.sql');
    const [head, first, ...rest] = (await readFile(file, 'utf8')).split(/(?=^\/\*!50003 SET @saved_sql_mode)/m);
    expect(first).to.contain('FUNCTION `tax`');
    await writeFile(file, [head, ...rest].join(''));
    await documented(/< ~\/lost\.sql/);
    expect(await mariadb.sql('select tax() as tax', 'pt_xyz')).to.deep.equal([{ tax: 12 }]);
    expect(await namesOf('routines', 'routine_name', 'routine_schema')).to.deep.equal(['restock', 'tax']);
  });
});
