import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { differences } from '../../../testing/databases/compare-databases.ts';
import { type MariaDb, startMariaDb } from '../../../testing/databases/mariadb.ts';
import { realDump } from '../../../testing/databases/real-dump.ts';
import { replaceOrder } from '../../../testing/restore/replace-scene.ts';
import { SHOP, SINCE } from '../../../testing/restore/replaced-shop.ts';
import { until } from '../../../testing/until.ts';
import { ExplainedError } from '../../errors.ts';
import { replaceDatabase } from './replace-database.ts';

/** From the beginning to the end of a replace: the statement that a kill meets, and whether it has been sent by then. */
const PLACES: readonly [what: string, statement: string, when: 'before' | 'during'][] = [
  ['while the staging database is made', '^create database .*staging', 'during'],
  ['while rows are loaded', '^insert into `stock`', 'before'],
  ['while the rows are counted', 'count\\(\\*\\)', 'before'],
  ['while the state table is filled', 'lumbung_old.*0x', 'before'],
  ['when the swap is about to begin', '^drop event if exists `shop`\\.', 'before'],
  ['while old objects are dropped', '^drop procedure if exists `shop`\\.', 'before'],
  ['in front of the one RENAME TABLE', '^rename table', 'before'],
  ['within the RENAME TABLE', '^rename table', 'during'],
  ['right behind the RENAME TABLE', '^alter table `shop`\\.`numbered`', 'before'],
  ['while triggers are made again', 'TRIGGER no_debt', 'before'],
  ['while the last view is made again', 'VIEW `z_cheap` AS select', 'during'],
  ['when the swap is about to be called done', '"state":"done"|^drop table if exists `shop__lumbung_old`', 'before'],
  ['while the staging database is dropped', '^drop database if exists `shop__lumbung_staging`', 'before'],
];

describe('a replace that is cut off', function () {
  this.timeout(60_000);
  let mariadb: MariaDb;
  let dump: Buffer;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-replace-'));
    mariadb = await startMariaDb();
    for (const name of ['was', 'shop']) {
      await mariadb.sql(`create database ${name}`);
      await mariadb.sql(SHOP, name);
    }
    dump = await realDump(mariadb, 'shop', '--dump-history');
    await writeFile(join(folder, 'dump.sql'), dump);
  });

  beforeEach(async () => {
    await mariadb.sql(
      'set foreign_key_checks = 0; drop database if exists shop; drop database if exists shop__lumbung_old; drop database if exists shop__lumbung_staging; create database shop',
    );
    await mariadb.sql(SHOP, 'shop');
    await mariadb.sql(SINCE, 'shop');
  });

  after(async () => {
    await mariadb.stop();
    await rm(folder, { recursive: true });
  });

  /** The row that only the old data has. @returns the databases that hold it */
  const whereOldRowIs = async () => {
    const found: string[] = [];
    for (const database of ['shop', 'shop__lumbung_staging', 'shop__lumbung_old'])
      if ((await mariadb.sql('select id from made_since', database).catch(() => [])).length > 0) found.push(database);
    return found;
  };
  /** What was dropped can be made again: the state table, which has it, says so. */
  const expectNothingLost = async () => {
    expect((await whereOldRowIs()).length).to.equal(1);
    const [event] = await mariadb.sql(
      "select count(*) as n from information_schema.events where event_schema = 'shop' and event_name = 'since'",
    );
    if (event!.n === 1) return;
    const [state] = await mariadb.sql(
      "select json_value(statement, '$.state') as now, (select count(*) from lumbung__restore_state where kind = 'old statement') as kept from lumbung__restore_state where kind = 'state'",
      'shop__lumbung_old',
    );
    expect(String(state!.now)).to.be.oneOf(['swapping', 'undoing', 'done']);
    expect(state!.kept).to.be.greaterThan(10);
  };
  /** Waits until the server has ended the connections of a program that was killed, and with them its locks. */
  const untilAlone = () =>
    until('the server ends the connections of the killed program', async () => {
      const [row] = await mariadb.sql(
        "select count(*) as others from information_schema.processlist where id <> connection_id() and user <> 'system user'",
      );
      return row!.others === 0;
    });
  /** Runs the same command again. */
  const again = async () => {
    const result = await replaceDatabase(await replaceOrder(mariadb, 'shop', dump));
    expect(result.end).to.be.oneOf(['replaced', 'finished']);
    expect(result.verification).to.include({ agrees: true });
    expect(await differences(mariadb, 'was', 'shop')).to.deep.equal([]);
    expect(await whereOldRowIs()).to.deep.equal(['shop__lumbung_old']);
    const there = await mariadb.sql("show databases like 'shop%'");
    expect(there.map(row => Object.values(row)[0])).to.deep.equal(['shop', 'shop__lumbung_old']);
    return result.end;
  };

  for (const [what, pattern, when] of PLACES)
    it(`keeps the old data where the server is killed ${what}, and a rerun of the command completes it`, async () => {
      let killed: Promise<void> | undefined;
      const order = await replaceOrder(mariadb, 'shop', dump, {
        beforeEach: async statement => {
          if (killed || !new RegExp(pattern, 'i').test(statement)) return;
          killed = mariadb.kill();
          if (when === 'before') await killed;
        },
      });
      const ended = await replaceDatabase(order).then(
        ({ end }) => end,
        error => error,
      );
      expect(killed, `no statement was like ${pattern}`).to.not.equal(undefined);
      await killed;
      await mariadb.restart();
      expect(ended).to.be.instanceOf(ExplainedError);
      expect(ended.message).to.match(/is as it was|was cut off|has been replaced/);
      await expectNothingLost();
      await again();
    });

  for (const [what, pattern, when] of PLACES.filter((_, place) => place % 2 === 1))
    it(`keeps the old data where sade is killed ${what}, and a rerun of the command completes it`, async () => {
      const child = join(import.meta.dirname, '../../../testing/restore/replace-child.ts');
      const { host, port, user, password } = mariadb;
      const args = [JSON.stringify({ host, port, user, password }), join(folder, 'dump.sql'), pattern, when];
      const running = spawn(process.execPath, [child, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
      const [, signal] = await once(running, 'exit');
      expect(signal).to.equal('SIGKILL');
      await untilAlone();
      await expectNothingLost();
      await again();
    });
});
