import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { emptyInventory, type Inventory } from '../../../protocol/manifest.ts';
import { type MariaDb, sharedMariaDb } from '../../../testing/databases/mariadb.ts';
import { openMariaDbSession } from '../../../testing/databases/open-session.ts';
import { expectedOf, type LoadedScope } from './expectation.ts';
import { verifyLoaded } from './verify-loaded.ts';

const EVERYTHING = `
  create table item (id int primary key, title varchar(50)) engine=InnoDB;
  insert into item select seq, 'x' from seq_1_to_120;
  create table old_item (id int primary key) engine=MyISAM;
  insert into old_item values (1), (2), (3);
  create table \`we\`\`ird. name\` (id int);
  create table price (id int primary key, amount int) with system versioning;
  insert into price values (1, 1), (2, 2);
  update price set amount = 3 where id = 1;
  delete from price where id = 2;
  create table part (id int) partition by hash (id) partitions 3;
  insert into part values (1), (2), (3), (4);
  create table a (id int) engine=MyISAM; insert into a values (1);
  create table b (id int) engine=MyISAM; insert into b values (2);
  create table both_of_them (id int) engine=MERGE union=(a, b);
  create sequence number_of;
  create view cheap as select id from item;
  create trigger on_item before insert on item for each row set new.title = 'y';
  create procedure p() select 1;
  create function f() returns int return 1;
  create event e on schedule every 1 day disable do select 1;
`;
const INVENTORY: Inventory = {
  ...emptyInventory(),
  tables: Object.entries({
    item: 120,
    old_item: 3,
    'we`ird. name': 0,
    price: 3,
    part: 4,
    a: 1,
    b: 1,
    both_of_them: 0,
  }).map(([name, rows]) => ({ name, rows, bytes: 1 })),
  ...{
    sequences: ['number_of'],
    views: ['cheap'],
    triggers: ['on_item'],
    procedures: ['p'],
    functions: ['f'],
    events: ['e'],
  },
};

describe('the look at a database that was loaded', () => {
  let mariadb: MariaDb;
  const database = 'verify_loaded';

  before(async () => {
    mariadb = await sharedMariaDb();
  });

  beforeEach(async () => {
    await mariadb.sql(`drop database if exists ${database}; create database ${database}`);
    await mariadb.sql(EVERYTHING, database);
  });

  after(() => mariadb.sql(`drop database if exists ${database}`));

  const look = (inventory: Inventory = INVENTORY, scope: LoadedScope = { parts: 'all' }, more = {}) =>
    verifyLoaded({
      ...{ database, expected: expectedOf(inventory, scope), ignoresCase: false, jobs: 2 },
      open: () => openMariaDbSession(mariadb),
      ...more,
    });
  const lines = async (...args: Parameters<typeof look>) =>
    (await look(...args)).differences.map(it => `${it.kind} ${it.name} ${it.what}: ${it.expected}, ${it.found}`);

  it('agrees where all objects and rows are there, with the history of tables, and does not count rows that lie elsewhere', async () => {
    const seen: number[] = [];
    const verification = await look(INVENTORY, { parts: 'all' }, { onProgress: (done: number) => seen.push(done) });
    expect(verification.differences).to.deep.equal([]);
    expect(verification).to.include({ agrees: true, objects: 14, rows: 132, differenceCount: 0 });
    expect(verification.notCounted).to.deep.equal(['both_of_them']);
    expect(verification.seconds).to.be.greaterThan(0);
    expect(seen.at(-1)).to.equal(7);
  });

  it('names each object that is missing, of every kind', async () => {
    await mariadb.sql(
      'drop table part; drop view cheap; drop trigger on_item; drop procedure p; drop function f; drop event e; drop sequence number_of',
      database,
    );
    expect(await lines()).to.deep.equal([
      'tables part missing: a table, nothing',
      'sequences number_of missing: a sequence, nothing',
      'views cheap missing: a view, nothing',
      'triggers on_item missing: a trigger, nothing',
      'procedures p missing: a procedure, nothing',
      'functions f missing: a function, nothing',
      'events e missing: an event, nothing',
    ]);
  });

  it('names what is there and should not be', async () => {
    await mariadb.sql('create table stranger (id int); create view another as select 1', database);
    expect(await lines()).to.deep.equal([
      'tables stranger unexpected: nothing, a table',
      'views another unexpected: nothing, a view',
    ]);
    expect(await lines(INVENTORY, { parts: 'all' }, { ignored: new Set(['stranger']) })).to.have.length(1);
  });

  it('sees a row too few, a row too many, and a former row that is missing', async () => {
    await mariadb.sql(
      'delete from item where id = 7; insert into part values (5); delete history from price before system_time now(6)',
      database,
    );
    expect(await lines()).to.deep.equal([
      'tables item rows: 120 rows, 119 rows',
      'tables part rows: 4 rows, 5 rows',
      'tables price rows: 3 rows, 1 rows',
    ]);
  });

  it('sees a damaged table, and one that cannot be read, and looks at the others anyway', async () => {
    const [row] = await mariadb.sql('flush tables; select @@datadir as folder');
    const folder = join(row!.folder, database);
    await truncate(join(folder, (await readdir(folder)).find(name => name === 'old_item.MYD')!), 8);
    await mariadb.sql('insert into part values (9)', database);
    const found = (await lines()).map(line => line.replace(/: .*/, ''));
    expect(found).to.include('tables old_item damaged').and.include('tables part rows');
    const { agrees } = await look();
    expect(agrees).to.equal(false);
  });

  it('expects of some tables only these, with their triggers where they are known', async () => {
    const tables = new Set(['item']);
    expect(await lines(INVENTORY, { parts: 'all', tables })).to.deep.equal([]);
    await mariadb.sql('delete from part; drop view cheap; drop trigger on_item', database);
    expect(await lines(INVENTORY, { parts: 'all', tables })).to.deep.equal([]);
    expect(await lines(INVENTORY, { parts: 'all', tables, triggers: ['on_item'] })).to.deep.equal([
      'triggers on_item missing: a trigger, nothing',
    ]);
    await mariadb.sql('delete from item where id = 1', database);
    expect(await lines(INVENTORY, { parts: 'all', tables })).to.deep.equal(['tables item rows: 120 rows, 119 rows']);
  });

  it('expects no rows after a restore of definitions, and no other objects after one of rows', async () => {
    expect((await lines(INVENTORY, { parts: 'schema' })).length).to.equal(6);
    await mariadb.sql('drop view cheap; drop procedure p', database);
    expect(await lines(INVENTORY, { parts: 'data' })).to.deep.equal([]);
  });

  it('does not miss what the filter left out', async () => {
    await mariadb.sql('drop sequence number_of', database);
    expect(await lines(INVENTORY, { parts: 'all', leftOut: new Set(['sequences number_of']) })).to.deep.equal([]);
  });

  it('compares names without their case where the server does', async () => {
    const upper = {
      ...INVENTORY,
      tables: INVENTORY.tables.map(table => ({ ...table, name: table.name.toUpperCase() })),
    };
    expect((await lines(upper)).length).to.equal(16);
    expect(await lines(upper, { parts: 'all' }, { ignoresCase: true })).to.deep.equal([]);
  });

  it('asks few questions, however many tables there are', async () => {
    const names = Array.from({ length: 450 }, (_, index) => `t${index}`);
    await mariadb.sql(names.map(name => `create table ${name} (id int) engine=MyISAM`).join(';'), database);
    const inventory = {
      ...INVENTORY,
      tables: [...INVENTORY.tables, ...names.map(name => ({ name, rows: 0, bytes: 0 }))],
    };
    let questions = 0;
    const open = async () => {
      const session = await openMariaDbSession(mariadb);
      const ask: typeof session.ask = (...asked) => {
        questions++;
        return session.ask(...asked);
      };
      return Object.assign(Object.create(session), { ask, [Symbol.dispose]: () => session[Symbol.dispose]() });
    };
    expect(await lines(inventory, { parts: 'all' }, { open })).to.deep.equal([]);
    expect(questions).to.be.greaterThan(4).and.lessThan(20);
  });

  it('throws where the connection fails, and does not call that a difference', async () => {
    let opened = 0;
    const open = async () => {
      const session = await openMariaDbSession(mariadb);
      const [row] = await session.ask('select connection_id()');
      if (++opened > 1) await mariadb.sql(`kill ${row![0]}`);
      return session;
    };
    const ended = await look(INVENTORY, { parts: 'all' }, { open }).then(
      () => 'agreed',
      () => 'threw',
    );
    expect(ended).to.equal('threw');
  });
});
