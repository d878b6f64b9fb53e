import { expect } from 'chai';
import { type MariaDb, sharedMariaDb } from '../../../testing/databases/mariadb.ts';
import { realDump } from '../../../testing/databases/real-dump.ts';
import { replaceOrder } from '../../../testing/restore/replace-scene.ts';
import type { ExplainedError } from '../../errors.ts';
import { replaceDatabase } from './replace-database.ts';

describe('what stands beside a database that is replaced', () => {
  let mariadb: MariaDb;
  let dump: Buffer;
  const clear = () =>
    mariadb.sql(
      ['shop', 'shop__lumbung_staging', 'shop__lumbung_old'].map(name => `drop database if exists ${name}`).join('; '),
    );

  before(async () => {
    mariadb = await sharedMariaDb();
  });
  beforeEach(async () => {
    await clear();
    await mariadb.sql('create database shop; create table shop.t (id int primary key); insert into shop.t values (1)');
    dump ??= await realDump(mariadb, 'shop');
    await mariadb.sql('insert into shop.t values (2)');
  });
  after(clear);

  const replace = async (more = {}) => replaceDatabase(await replaceOrder(mariadb, 'shop', dump, more));
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('it was replaced'),
      (error: ExplainedError) => `${error.message} | ${error.advice}`,
    );
  const rows = async (table: string) => Number((await mariadb.sql(`select count(*) as n from ${table}`))[0]!.n);

  it('is not dropped where no restore has made it, and the replace is refused before anything is done', async () => {
    for (const name of ['shop__lumbung_staging', 'shop__lumbung_old']) {
      await mariadb.sql(
        `create database ${name}; create table ${name}.mine (id int); insert into ${name}.mine values (1)`,
      );
      let isBackedUp = false;
      const safetyBackup = async () => {
        isBackedUp = true;
        return { where: 'x' };
      };
      const message = await failure(replace({ safetyBackup }));
      expect(message).to.contain(`${name}, which no restore has made`).and.contain(`DROP DATABASE \`${name}\`;`);
      expect(isBackedUp).to.equal(false);
      expect(await rows(`${name}.mine`)).to.equal(1);
      await mariadb.sql(`drop database ${name}`);
    }
    expect(await rows('shop.t')).to.equal(2);
  });

  it('is not dropped where it holds the tables that an earlier restore replaced', async () => {
    await replace();
    await mariadb.sql('insert into shop.t values (3)');
    const message = await failure(replace());
    expect(message)
      .to.contain('still holds the tables that an earlier restore replaced')
      .and.contain('DROP DATABASE `shop__lumbung_old`;');
    expect(await rows('shop__lumbung_old.t')).to.equal(2);
    expect(await rows('shop.t')).to.equal(2);
    await mariadb.sql('drop database shop__lumbung_old');
    expect((await replace()).end).to.equal('replaced');
  });

  it('is used again where an earlier restore has left it empty', async () => {
    await mariadb.sql('create database shop__lumbung_staging; create database shop__lumbung_old');
    expect((await replace()).end).to.equal('replaced');
    expect(await rows('shop__lumbung_old.t')).to.equal(2);
  });

  it('is not used by two restores at once', async () => {
    let second: string | undefined;
    const load = (await replaceOrder(mariadb, 'shop', dump)).load;
    await replace({
      load: async (into: string) => {
        second = await failure(replace());
        await load(into);
      },
    });
    expect(second)
      .to.contain('another restore is replacing the database shop')
      .and.contain('Then: sade restore shop --replace');
    expect(await rows('shop.t')).to.equal(1);
  });

  it('tells which backup an earlier restore has put in place, where that was finished now and another one was asked for', async () => {
    let isLost = false;
    const lost = await failure(
      replace({
        beforeEach: (statement: string) => {
          if (isLost || /^rename/i.test(statement)) {
            if (isLost) throw new Error('the connection is gone');
            isLost = /^rename/i.test(statement);
          }
        },
      }),
    );
    expect(lost)
      .to.contain('was cut off: the connection is gone')
      .and.contain('as soon as the server answers: sade restore shop --replace');
    const message = await failure(replace({ backup: { id: 9, fileName: 'another.sql.zip' } }));
    expect(message)
      .to.contain('mysql-2026-11-29-00-00-00-shop-x.sql.zip')
      .and.contain('another.sql.zip was not restored');
    expect(await rows('shop.t')).to.equal(1);
    expect(await rows('shop__lumbung_old.t')).to.equal(2);
  });

  it('stays out of the way of someone whose transaction uses a table: the replace waits, then leaves everything as it is', async () => {
    await mariadb.sql('create trigger t1 before insert on t for each row set @x = 1', 'shop');
    const other = await mariadb.connect('shop');
    await other.query('begin');
    await other.query('insert into t values (5)');
    const message = await failure(
      replace({
        lockWaitSeconds: 1,
      }),
    );
    await other.query('commit');
    await other.end();
    expect(message).to.contain('it is as it was').and.contain('Someone else uses its tables');
    expect(await rows('shop.t')).to.equal(3);
    expect(await mariadb.sql('show triggers from shop')).to.have.length(1);
    expect(await mariadb.sql("show databases like 'shop__lumbung_old'")).to.have.length(0);
  });
});
