import { expect } from 'chai';
import { type MariaDb, sharedMariaDb } from '../../../testing/databases/mariadb.ts';
import { realDump } from '../../../testing/databases/real-dump.ts';
import { replaceOrder } from '../../../testing/restore/replace-scene.ts';
import { SHOP } from '../../../testing/restore/replaced-shop.ts';
import type { ExplainedError } from '../../errors.ts';
import { replaceDatabase } from './replace-database.ts';

describe('tables that are replaced by those of a backup', () => {
  let mariadb: MariaDb;
  let dump: Buffer;
  const all = ['shop', 'shop__lumbung_staging', 'shop__lumbung_old', 'elsewhere'];
  const clear = () =>
    mariadb.sql(`set foreign_key_checks = 0; ${all.map(name => `drop database if exists ${name}`).join('; ')}`);

  before(async () => {
    mariadb = await sharedMariaDb();
  });
  beforeEach(async () => {
    await clear();
    await mariadb.sql('create database shop');
    await mariadb.sql(SHOP, 'shop');
    dump ??= await realDump(mariadb, 'shop', '--dump-history');
  });
  after(clear);

  const replace = async (tables: string[], more = {}) =>
    replaceDatabase(await replaceOrder(mariadb, 'shop', dump, { tables: new Set(tables), ...more }));
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('it was replaced'),
      (error: ExplainedError) => `${error.message} | ${error.advice}`,
    );
  const one = async (sql: string) => Object.values((await mariadb.sql(sql, 'shop'))[0]!)[0];

  it('come back with their triggers, and no other table is touched', async () => {
    await mariadb.sql('delete from stock; insert into item values (777, "since"); drop trigger no_debt', 'shop');
    const others = ['item', 'a', 'b', 'number_of', 'numbered', 'price', 'part', 'plain'];
    const prints = () => Promise.all(others.map(name => mariadb.sql(`checksum table ${name}`, 'shop')));
    const made = () =>
      mariadb.sql(
        "select table_name, create_time from information_schema.tables where table_schema = 'shop' and table_name <> 'stock' order by 1",
      );
    const before = [await prints(), await made()];
    const result = await replace(['stock'], { triggers: ['no_debt'] });
    expect(result).to.include({ end: 'replaced', oldDatabase: 'shop__lumbung_old' });
    expect([await prints(), await made()]).to.deep.equal(before);
    expect(await one('select count(*) from stock')).to.equal(200);
    expect(await mariadb.sql('show tables from shop__lumbung_old')).to.have.length(2);
    await mariadb.sql('insert into stock values (900, 777, -3)', 'shop');
    expect(await one('select amount from stock where id = 900')).to.equal(0);
  });

  it('reference what they referenced, and the old ones keep no row of it from being deleted', async () => {
    await replace(['stock'], { triggers: ['no_debt'] });
    const definition = (await mariadb.sql('show create table stock', 'shop'))[0]!['Create Table'];
    expect(definition).to.contain('CONSTRAINT `of_item` FOREIGN KEY (`item`) REFERENCES `item` (`id`)');
    const refused = await mariadb.sql('delete from item where id = 1', 'shop').catch(({ message }) => message);
    expect(refused).to.contain('`shop`.`stock`');
    await mariadb.sql('delete from stock; delete from item where id = 1', 'shop');
    expect(await one('select count(*) from shop__lumbung_old.stock')).to.equal(200);
  });

  it('come back where they were dropped, also when the database has others that reference them', async () => {
    await mariadb.sql('drop table stock', 'shop');
    expect((await replace(['stock'], { triggers: ['no_debt'] })).end).to.equal('replaced');
    expect(await one('select count(*) from stock')).to.equal(200);
  });

  it('are refused where a table that stays references one of them, and nothing is done', async () => {
    const message = await failure(replace(['item'], { triggers: ['on_item'] }));
    expect(message).to.contain('shop.stock (of_item, to item)');
    const advice = await replace(['item'], { triggers: ['on_item'] }).catch(error => String(error.advice));
    expect(advice).to.contain('Replace those tables, too: sade restore shop --replace --tables item,stock. Or drop');
    expect(await mariadb.sql("show databases like 'shop%'")).to.have.length(1);
    expect((await replace(['item', 'stock'], { triggers: ['on_item', 'no_debt'] })).end).to.equal('replaced');
  });

  it('are refused where a table of another database references one of them', async () => {
    await mariadb.sql(
      'create database elsewhere; create table elsewhere.`o ne` (id int primary key, p int, constraint far foreign key (p) references shop.item (id))',
    );
    const far = 'elsewhere.o ne (far, to item)';
    expect(await failure(replace(['item', 'stock']))).to.contain(far);
    expect(await failure(replaceDatabase(await replaceOrder(mariadb, 'shop', dump)))).to.contain(far);
  });

  it('are refused where one of them is a view now', async () => {
    await mariadb.sql('drop table plain; create view plain as select 1', 'shop');
    expect(await failure(replace(['plain']))).to.contain('these are views in the database, not tables: plain');
  });

  it("are refused where a trigger of the backup has the name of another table's", async () => {
    await mariadb.sql(
      'drop trigger no_debt; create trigger no_debt before insert on plain for each row set @x = 1',
      'shop',
    );
    const message = await failure(replace(['stock'], { triggers: ['no_debt'] }));
    expect(message).to.contain('no_debt (of table plain)');
    expect(await one('select count(*) from stock')).to.equal(200);
    expect(await mariadb.sql("show triggers where `Table` = 'plain'", 'shop')).to.have.length(1);
    await mariadb.sql('drop trigger no_debt', 'shop');
    expect((await replace(['stock'], { triggers: ['no_debt'] })).end).to.equal('replaced');
  });
});
