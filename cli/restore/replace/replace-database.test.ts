import { expect } from 'chai';
import { differences } from '../../../testing/databases/compare-databases.ts';
import { type MariaDb, sharedMariaDb } from '../../../testing/databases/mariadb.ts';
import { realDump } from '../../../testing/databases/real-dump.ts';
import { replaceOrder } from '../../../testing/restore/replace-scene.ts';
import { SHOP, SINCE } from '../../../testing/restore/replaced-shop.ts';
import { replaceDatabase } from './replace-database.ts';

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
