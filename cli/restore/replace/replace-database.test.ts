import { expect } from 'chai';
import { differences } from '../../../testing/databases/compare-databases.ts';
import { type MariaDb, sharedMariaDb } from '../../../testing/databases/mariadb.ts';
import { realDump } from '../../../testing/databases/real-dump.ts';
import { replaceOrder } from '../../../testing/restore/replace-scene.ts';
import { replaceDatabase } from './replace-database.ts';

/** Triggers, a view over a view, a circle of keys, a sequence in a default, history, partitions. */
const SHOP = `
  create table item (id int primary key, title varchar(50) not null);
  insert into item select seq, concat('item ', seq) from seq_1_to_500;
  create table stock (id int primary key, item int, amount int not null, key (item), constraint of_item foreign key (item) references item (id));
  insert into stock select seq, seq, seq % 7 from seq_1_to_200;
  create table a (id int primary key, b int, key (b)); create table b (id int primary key, a int, key (a), foreign key (a) references a (id));
  alter table a add foreign key (b) references b (id);
  create sequence number_of start with 100; select setval(number_of, 500);
  create table numbered (id int primary key default nextval(number_of), x int); insert into numbered (x) values (1), (2);
  create table price (id int primary key, amount int) with system versioning; insert into price values (1, 1); update price set amount = 2;
  create table part (id int primary key) partition by hash (id) partitions 3; insert into part values (1), (2), (3);
  create table plain (id int primary key) engine=MyISAM; insert into plain values (1);
  create view z_cheap as select id, title from item where id < 10;
  create view a_over as select id from z_cheap;
  create trigger no_debt before insert on stock for each row set new.amount = greatest(new.amount, 0);
  create trigger on_item before insert on item for each row set new.title = upper(new.title);
  create procedure restock() update stock set amount = amount + 1;
  create function f() returns int deterministic return 7;
  create event nightly on schedule every 1 day starts '2030-01-01' do call restock();
`;
/** What has happened to it since: rows are gone, and every kind of object is another, missing or new. */
const SINCE = `
  delete from stock; delete from item where id > 3; create table made_since (id int primary key); insert into made_since values (42);
  drop view a_over; create or replace view z_cheap as select 1 as other; create view view_since as select 2;
  drop trigger no_debt; create trigger since after insert on made_since for each row set @x = 1;
  drop procedure restock; create procedure restock() select 'new'; create procedure since() select 1; drop function f;
  drop event nightly; create event since on schedule every 1 day disable do select 1;
  drop table price; create table price (id int primary key, other int); create table \`we\`\`ird\` (id int);
  create trigger on_weird before insert on \`we\`\`ird\` for each row set @y = 1;
`;

describe('a database that is replaced by a backup', () => {
  let mariadb: MariaDb;
  let dump: Buffer;
  const all = ['shop', 'shop_', 'shopx', 'was', 'shop__lumbung_staging', 'shop__lumbung_old', 'elsewhere'];
  const clear = () =>
    mariadb.sql(`set foreign_key_checks = 0; ${all.map(name => `drop database if exists ${name}`).join('; ')}`);

  before(async () => {
    mariadb = await sharedMariaDb();
    await clear();
    for (const name of ['was', 'shop'])
      await mariadb.sql(`create database ${name} character set latin1 collate latin1_bin`);
    await mariadb.sql(SHOP, 'shop');
    dump = await realDump(mariadb, 'shop', '--dump-history');
    await mariadb.sql(SHOP, 'was');
    await mariadb.sql('drop database shop');
  });

  beforeEach(async () => {
    await mariadb.sql('create database shop');
    await mariadb.sql(SHOP, 'shop');
    await mariadb.sql(SINCE, 'shop');
  });

  afterEach(() =>
    mariadb.sql(
      `set foreign_key_checks = 0; ${all
        .filter(name => name !== 'was')
        .map(name => `drop database if exists ${name}`)
        .join('; ')}`,
    ),
  );
  after(clear);

  const names = async (database: string) =>
    (
      await mariadb.sql(
        `select table_name as name from information_schema.tables where table_schema = '${database}' order by 1`,
      )
    ).map(({ name }) => name);
  const databases = async () => (await mariadb.sql("show databases like 'shop%'")).map(row => Object.values(row)[0]);

  it('holds what the backup holds, object by object, and the old tables stay in a database of their own', async () => {
    const steps: string[] = [];
    const order = await replaceOrder(mariadb, 'shop', dump, {
      onStep: step => steps.push(step),
      defaults: { characterSet: 'latin1', collation: 'latin1_bin' },
    });
    const result = await replaceDatabase(order);
    expect(result).to.include({ end: 'replaced', oldDatabase: 'shop__lumbung_old', stagingDatabase: undefined });
    expect(result.verification).to.include({ agrees: true, rows: 708 });
    expect(steps).to.deep.equal(['safety backup', 'load', 'verify', 'swap']);
    expect(await databases()).to.deep.equal(['shop', 'shop__lumbung_old']);
    expect(await differences(mariadb, 'was', 'shop')).to.deep.equal([]);
    expect(await mariadb.sql('select * from shop__lumbung_old.made_since')).to.deep.equal([{ id: 42 }]);
    expect(await names('shop__lumbung_old')).to.include.members(['item', 'stock', 'number_of', 'price', 'we`ird']);
    // A key, a trigger and the default of a sequence work in their new place.
    await mariadb.sql('insert into stock values (900, 1, -5); insert into numbered (x) values (3)', 'shop');
    expect(await mariadb.sql('select amount from stock where id = 900', 'shop')).to.deep.equal([{ amount: 0 }]);
    const refused = await mariadb.sql('insert into stock values (901, 9999, 1)', 'shop').catch(error => error.message);
    expect(refused).to.contain('of_item').and.contain('`shop`.`stock`');
  });
});
