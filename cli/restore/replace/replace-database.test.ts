import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { differences } from '../../../testing/databases/compare-databases.ts';
import { type MariaDb, sharedMariaDb } from '../../../testing/databases/mariadb.ts';
import { realDump } from '../../../testing/databases/real-dump.ts';
import { replaceOrder } from '../../../testing/restore/replace-scene.ts';
import { SHOP, SINCE } from '../../../testing/restore/replaced-shop.ts';
import { ExplainedError } from '../../errors.ts';
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
    await mariadb.sql('create database shop character set latin1 collate latin1_bin');
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
    await mariadb.sql('alter database shop character set utf8mb4');
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

  /** Everything but the databases of the replace, and what may be in `shop` itself, as a text. */
  const print = async (database: string) => {
    const sums = [];
    for (const name of await names(database))
      sums.push(
        `${name} ${Object.values((await mariadb.sql(`checksum table \`${name.replaceAll('`', '``')}\``, database))[0]!)[1]}`,
      );
    const programs = await mariadb.sql(
      `select routine_name as name, created, '' as status from information_schema.routines where routine_schema = '${database}' union all select trigger_name, created, event_object_table from information_schema.triggers where trigger_schema = '${database}' union all select event_name, created, status from information_schema.events where event_schema = '${database}' order by 1, 3`,
    );
    return JSON.stringify([sums, programs]);
  };
  const failure = async (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('it was replaced'),
      (error: ExplainedError) => `${error.message} | ${error.advice}`,
    );

  it('changes no other database, and needs no right beyond its own three', async () => {
    for (const name of ['shop_', 'shopx', 'elsewhere']) {
      await mariadb.sql(`create database ${name}`);
      await mariadb.sql(SHOP, name);
    }
    const rights = ['shop', 'shop\\_\\_lumbung\\_staging', 'shop\\_\\_lumbung\\_old'];
    await mariadb.sql(
      `create or replace user restorer@'127.0.0.1' identified by 'x'; grant set user on *.* to restorer@'127.0.0.1'; ${rights.map(name => `grant all on \`${name}\`.* to restorer@'127.0.0.1'`).join('; ')}`,
    );
    const before = await Promise.all(['shop_', 'shopx', 'elsewhere', 'was'].map(print));
    await mariadb.sql("set global log_output = 'TABLE'; truncate mysql.general_log; set global general_log = 1");
    const user = { ...mariadb, host: mariadb.host, port: mariadb.port, user: 'restorer', password: 'x' };
    const result = await replaceDatabase(await replaceOrder(user, 'shop', dump));
    await mariadb.sql("set global general_log = 0, log_output = 'FILE'");
    expect(result.end).to.equal('replaced');
    expect(await Promise.all(['shop_', 'shopx', 'elsewhere', 'was'].map(print))).to.deep.equal(before);
    const log = await mariadb.sql(
      "select convert(argument using utf8mb4) as statement from mysql.general_log where command_type = 'Query' and user_host like 'restorer%'",
    );
    const changing = log
      .map(({ statement }) => String(statement))
      .filter(statement =>
        /^(?:\/\*!\d+ *)?(?:create|drop|alter|rename|insert|update|delete|truncate|lock|use)\b/i.test(statement),
      );
    expect(changing.length).to.be.greaterThan(80);
    const named = changing.flatMap(statement => [...statement.matchAll(/`([^`]+)`\.`/g)].map(([, name]) => name));
    const isDatabase = new Set((await mariadb.sql('show databases')).map(row => Object.values(row)[0]));
    isDatabase.add('shop__lumbung_staging');
    expect([...new Set(named)].filter(name => isDatabase.has(name)).sort()).to.deep.equal([
      'shop',
      'shop__lumbung_old',
      'shop__lumbung_staging',
    ]);
  });

  it('is left as it is where the backup does not load', async () => {
    const before = await print('shop');
    const broken = Buffer.from(dump.toString('latin1').replace('INSERT INTO `stock`', 'INSERT INTO `stick`'), 'latin1');
    const order = await replaceOrder(mariadb, 'shop', broken);
    expect(await failure(replaceDatabase({ ...order, expected: (await replaceOrder(mariadb, 'shop', dump)).expected })))
      .to.contain('the database shop is as it was')
      .and.contain('DROP DATABASE `shop__lumbung_staging`;');
    expect(await print('shop')).to.equal(before);
    expect(await databases()).to.deep.equal(['shop', 'shop__lumbung_staging']);
    expect((await replaceDatabase(await replaceOrder(mariadb, 'shop', dump))).end).to.equal('replaced');
  });

  it('is left as it is where what was loaded is not what the backup says', async () => {
    const before = await print('shop');
    const order = await replaceOrder(mariadb, 'shop', dump);
    const expected = structuredClone(order.expected);
    expected.inventory.tables.find(({ name }) => name === 'item')!.rows = 501;
    const result = await replaceDatabase({ ...order, expected });
    expect(result).to.include({ end: 'differs', oldDatabase: undefined, stagingDatabase: 'shop__lumbung_staging' });
    expect(result.verification.differences).to.deep.equal([
      { kind: 'tables', name: 'item', what: 'rows', expected: '501 rows', found: '500 rows' },
    ]);
    expect(await print('shop')).to.equal(before);
  });

  it('is not touched before there is a safety backup', async () => {
    const before = await print('shop');
    const order = await replaceOrder(mariadb, 'shop', dump, {
      safetyBackup: async () => {
        throw new ExplainedError('the backup of the present database is incomplete');
      },
    });
    expect(await failure(replaceDatabase(order))).to.contain('is incomplete');
    expect(await print('shop')).to.equal(before);
    expect(await databases()).to.deep.equal(['shop']);
  });

  it('is left as it is on Ctrl-C while the backup is loaded', async () => {
    const before = await print('shop');
    const aborting = new AbortController();
    const order = await replaceOrder(mariadb, 'shop', dump, {
      signal: aborting.signal,
      beforeEach: statement => {
        if (/^insert into `stock`/i.test(statement)) aborting.abort(new Error('Ctrl-C'));
      },
    });
    expect(await failure(replaceDatabase(order))).to.contain('Ctrl-C');
    expect(await print('shop')).to.equal(before);
    expect((await replaceDatabase(await replaceOrder(mariadb, 'shop', dump))).end).to.equal('replaced');
  });

  it('is swapped to the end where Ctrl-C comes in the middle of the swap', async () => {
    const aborting = new AbortController();
    const order = await replaceOrder(mariadb, 'shop', dump, {
      signal: aborting.signal,
      beforeEach: statement => {
        if (/^rename table/i.test(statement)) aborting.abort(new Error('Ctrl-C'));
      },
    });
    expect((await replaceDatabase(order)).end).to.equal('replaced');
    expect(aborting.signal.aborted).to.equal(true);
    expect(await differences(mariadb, 'was', 'shop')).to.deep.equal([]);
    expect(await databases()).to.deep.equal(['shop', 'shop__lumbung_old']);
  });

  it('is left as it is where the lock on its replacing was lost meanwhile', async () => {
    const before = await print('shop');
    const lock = `lumbung ${createHash('sha256').update('shop').digest('hex').slice(0, 40)}`;
    let killed: unknown;
    const order = await replaceOrder(mariadb, 'shop', dump, {
      beforeEach: async statement => {
        if (killed !== undefined || !/^insert into `stock`/i.test(statement)) return;
        const [holder] = await mariadb.sql(`select is_used_lock('${lock}') as id`);
        killed = holder!.id;
        await mariadb.sql(`kill ${killed}`);
      },
    });
    expect(await failure(replaceDatabase(order))).to.contain('the database shop is as it was');
    expect(killed).to.be.a('number');
    expect(await print('shop')).to.equal(before);
  });

  it('keeps a table that someone has made in the staging database meanwhile, and names it', async () => {
    let isMade = false;
    const order = await replaceOrder(mariadb, 'shop', dump, {
      beforeEach: async statement => {
        if (isMade || !/^rename table/i.test(statement)) return;
        isMade = true;
        await mariadb.sql('create table shop__lumbung_staging.late select 7 as id');
      },
    });
    expect(await failure(replaceDatabase(order))).to.contain('still holds tables after the swap: late');
    expect(await mariadb.sql('select * from shop__lumbung_staging.late')).to.deep.equal([{ id: 7 }]);
    expect(await differences(mariadb, 'was', 'shop')).to.deep.equal([]);
  });

  it('is put back as it was, with its views, triggers, routines and events, where the server refuses a step of the swap', async () => {
    await mariadb.sql('create database shopx character set latin1 collate latin1_bin');
    await mariadb.sql(SHOP, 'shopx');
    await mariadb.sql(SINCE, 'shopx');
    let isRefused = false;
    const order = await replaceOrder(mariadb, 'shop', dump, {
      beforeEach: async statement => {
        if (!/VIEW `z_cheap` AS select/.test(statement) || isRefused) return;
        const [found] = await mariadb.sql(
          "select count(*) as n from information_schema.tables where table_schema = 'shop__lumbung_old' and table_name = 'item'",
        );
        if (found!.n === 0) return;
        isRefused = true;
        throw Object.assign(new Error('refused by a test'), { sqlState: 'HY000', errno: 1 });
      },
    });
    expect(await failure(replaceDatabase(order)))
      .to.contain('refused by a test')
      .and.contain('it is as it was');
    expect(isRefused).to.equal(true);
    expect(await differences(mariadb, 'shopx', 'shop')).to.deep.equal([]);
    expect(await databases()).to.deep.equal(['shop', 'shop__lumbung_staging', 'shopx']);
    expect((await replaceDatabase(await replaceOrder(mariadb, 'shop', dump))).end).to.equal('replaced');
  });

  it('names what could not be made again where a swap is undone: a routine that only its definer may read', async () => {
    const names = ['shop', 'shop\\_\\_lumbung\\_staging', 'shop\\_\\_lumbung\\_old'];
    await mariadb.sql(
      `create or replace user restorer@'127.0.0.1' identified by 'x'; grant set user on *.* to restorer@'127.0.0.1'; ${names.map(name => `grant all on \`${name}\`.* to restorer@'127.0.0.1'`).join('; ')}`,
    );
    const { host, port } = mariadb;
    let made = 0;
    const order = await replaceOrder({ host, port, user: 'restorer', password: 'x' }, 'shop', dump, {
      beforeEach: statement => {
        if (/VIEW `z_cheap` AS select/.test(statement) && ++made === 2)
          throw Object.assign(new Error('refused by a test'), { sqlState: 'HY000', errno: 1 });
      },
    });
    expect(await failure(replaceDatabase(order)))
      .to.contain('it is as it was, but for what could not be made again')
      .and.contain('procedures restock: its definition could not be read, and the safety backup has it')
      .and.not.contain('events since');
    expect(await mariadb.sql('select id from made_since', 'shop')).to.deep.equal([{ id: 42 }]);
    expect(await failure(replaceDatabase(await replaceOrder(mariadb, 'shop', dump))))
      .to.contain('could not be made again: procedures restock')
      .and.contain('DROP DATABASE `shop__lumbung_old`;');
    await mariadb.sql('drop database shop__lumbung_old');
    expect((await replaceDatabase(await replaceOrder(mariadb, 'shop', dump))).end).to.equal('replaced');
  });

  it('makes triggers right behind the RENAME, and says for how long someone could write without them', async () => {
    const writer = await mariadb.connect('shop');
    let [written, isOver] = [0, false];
    // The trigger of the backup makes 0 of it.
    const writing = (async () => {
      while (!isOver)
        await writer
          .query(`insert into stock values (${1000 + written}, null, -1)`)
          .then(() => written++)
          .catch(() => new Promise(resolve => setTimeout(resolve, 1)));
    })();
    let [renamed, withTriggers, between] = [0, 0, 0];
    const beforeEach = (statement: string) => {
      if (/^rename table/i.test(statement)) renamed = Date.now();
      else if (renamed > 0 && /\bCREATE\b.*\bTRIGGER\b/is.test(statement)) withTriggers ||= Date.now();
      else if (
        renamed > 0 &&
        withTriggers === 0 &&
        !/^(?:\/\*!\d+ )?(?:set|use|select|alter database)\b/i.test(statement)
      )
        between++;
    };
    const result = await replaceDatabase(await replaceOrder(mariadb, 'shop', dump, { beforeEach }));
    isOver = true;
    await writing;
    await writer.end();
    expect(result.end).to.equal('replaced');
    expect(written).to.be.greaterThan(10);
    expect(between, 'nothing else is done before').to.equal(0);
    expect(withTriggers).to.be.greaterThan(0);
    const [, ms] = /^The new tables were in place for (\d+) ms before their triggers/.exec(result.notes[0]!)!;
    expect(Number(ms)).to.be.lessThan(withTriggers - renamed + 1000);
    await mariadb.sql('insert into stock values (999999, null, -1)', 'shop');
    const [last] = await mariadb.sql('select amount as least from stock where id = 999999', 'shop');
    expect(last!.least).to.equal(0);
  });

  it('keeps what someone writes to it meanwhile, with the old tables', async () => {
    const writer = await mariadb.connect('shop');
    let [written, isOver] = [0, false];
    const writing = (async () => {
      while (!isOver)
        await writer.query(`insert into made_since values (${1000 + written + 1})`).then(
          () => written++,
          () => new Promise(resolve => setTimeout(resolve, 5)),
        );
    })();
    const result = await replaceDatabase(await replaceOrder(mariadb, 'shop', dump));
    isOver = true;
    await writing;
    await writer.end();
    expect(result.end).to.equal('replaced');
    expect(written).to.be.greaterThan(10);
    const [kept] = await mariadb.sql('select count(*) as n from shop__lumbung_old.made_since where id > 1000');
    expect(kept!.n).to.equal(written);
    expect(await differences(mariadb, 'was', 'shop')).to.deep.equal([]);
  });
});
