import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { blocksRunBy } from '../../testing/docs/pages.ts';
import { type Block, documentedBlocks, PastingShell, RESTORER } from '../../testing/docs/pasting-shell.ts';

const SCHEMA = `
  create table faktur (id int primary key, n int);
  insert into faktur values (1, 2), (3, 4);
  create view v_faktur as select id from faktur;
  create trigger no_debt before insert on faktur for each row set new.n = greatest(new.n, 0);
  create procedure restock() select 1;
  create function tax() returns int return 11;
  create event nightly on schedule every 1 day do call restock();
`;

describe('the commands of docs/how-to/restore-one-table.md that bring back one thing', function () {
  this.timeout(60_000);
  let mariadb: MariaDb;
  let shell: PastingShell;
  let blocks: readonly Block[];
  before(async () => {
    mariadb = await startMariaDb();
    shell = await PastingShell.open(mariadb);
    blocks = await documentedBlocks('docs/how-to/restore-one-table.md');
    await mariadb.sql(`create database pt_xyz_restored; create user ${RESTORER.user}@localhost identified by '${RESTORER.password}';
      grant all on \`pt\\_xyz\\_restored\`.* to lumbung_restore@localhost; grant set user on *.* to lumbung_restore@localhost`);
    await mariadb.sql(SCHEMA, 'pt_xyz_restored');
  });
  beforeEach(async () => {
    await mariadb.sql('drop database if exists pt_xyz; create database pt_xyz');
    await mariadb.sql(SCHEMA, 'pt_xyz');
  });
  after(async () => {
    await mariadb.stop();
    await shell[Symbol.asyncDispose]();
  });

  /** Pastes the documented block that looks so. */
  async function documented(looks: RegExp, editor?: string): Promise<string> {
    const block = blocks.find(({ text }) => looks.test(text));
    expect(block, `${looks}`).to.be.an('object');
    return shell.paste(block!, editor);
  }
  const kept = async (name: string) => {
    const file = (await readdir(shell.folder))
      .filter(file => file.startsWith(name))
      .sort()
      .at(-1);
    return readFile(join(shell.folder, file!), 'utf8');
  };
  const namesOf = async (table: string, name: string, schema: string) =>
    (
      await mariadb.sql(`select ${name} as name from information_schema.${table} where ${schema} = 'pt_xyz' order by 1`)
    ).map(({ name }) => name);

  it('bring back a dropped table, with its rows and triggers, the view that reads it and the table that refers to it', async () => {
    await mariadb.sql('create table barang (id int references faktur (id)); insert into barang values (1)', 'pt_xyz');
    await mariadb.sql('set foreign_key_checks = 0; drop table faktur', 'pt_xyz');
    expect(await documented(/pt_xyz_restored faktur \|/)).to.contain('no_debt');
    expect(await mariadb.sql('select id from v_faktur', 'pt_xyz')).to.have.length(2);
    expect(await namesOf('triggers', 'trigger_name', 'trigger_schema')).to.deep.equal(['no_debt']);
  });

  it('keep a table that is still there, and say so of one that is not', async () => {
    await documented(/faktur-before/);
    expect(await kept('faktur-before')).to.contain('INSERT INTO `faktur`');
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
        write: /lost-triggers/,
        found: () => namesOf('triggers', 'trigger_name', 'trigger_schema'),
      },
      {
        drop: 'procedure restock',
        write: /lost-routines/,
        found: () => namesOf('routines', 'routine_name', 'routine_schema'),
      },
      { drop: 'event nightly', write: /lost-events/, found: () => namesOf('events', 'event_name', 'event_schema') },
    ];
    for (const { drop, write, found } of lost) {
      const before = await found();
      await mariadb.sql(`drop ${drop}`, 'pt_xyz');
      expect(await found()).to.not.deep.equal(before);
      await documented(write);
      expect(await found()).to.deep.equal(before);
    }
  });

  it('bring back an event as it was, although it is disabled in the copy', async () => {
    const { language, text } = (await documentedBlocks('docs/how-to/restore-a-database.md')).find(({ text }) =>
      text.includes('DISABLE'),
    )!;
    await shell.paste({ language, text: `scheduler=ON\n${text}` });
    await mariadb.sql('drop event nightly', 'pt_xyz');
    await documented(/lost-events/);
    const found = await mariadb.sql("select status from information_schema.events where event_schema = 'pt_xyz'");
    expect(found).to.deep.equal([{ status: 'ENABLED' }]);
    await rm(join(shell.folder, 'pt_xyz_restored-events.sql'));
    await mariadb.sql('alter event nightly enable', 'pt_xyz_restored');
  });

  it('bring back only the rows that are missing', async () => {
    await mariadb.sql('delete from faktur where id = 1; update faktur set n = 7 where id = 3', 'pt_xyz');
    await documented(/NOT EXISTS/);
    const rows = await mariadb.sql('select id, n from faktur order by id', 'pt_xyz');
    expect(rows).to.deep.equal([
      { id: 1, n: 2 },
      { id: 3, n: 7 },
    ]);
  });

  it('replace nothing whose part was deleted from the file', async () => {
    await mariadb.sql(
      'drop procedure restock; drop function tax; create function tax() returns int return 12',
      'pt_xyz',
    );
    const editor = join(shell.folder, 'editor.cjs');
    const edit = `#!${process.execPath}
      const { readFileSync, writeFileSync } = require('node:fs');
      const [head, first, ...rest] = readFileSync(process.argv[2], 'utf8').split(/(?=^\\/\\*!50003 SET @saved_sql_mode)/m);
      if (!first.includes('FUNCTION \`tax\`')) throw new Error(first);
      writeFileSync(process.argv[2], [head, ...rest].join(''));`;
    await writeFile(editor, edit, { mode: 0o755 });
    await documented(/lost-routines/, editor);
    expect(await kept('routines-before')).to.match(/return 12/i);
    expect(await mariadb.sql('select tax() as tax', 'pt_xyz')).to.deep.equal([{ tax: 12 }]);
    expect(await namesOf('routines', 'routine_name', 'routine_schema')).to.deep.equal(['restock', 'tax']);
  });

  it('are all run here', () => {
    for (const { page, line, text } of blocksRunBy('test/restore/restore-part.test.ts'))
      expect(shell.pasted.has(text), `${page}:${line}`).to.equal(true);
  });
});
