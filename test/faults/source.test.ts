import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import { spoiledDumpProgram } from '../../testing/cli/fake-mysqldump.ts';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { MID_INSERT, SHOP } from '../../testing/databases/shop.ts';
import { type Fault, startFaultyProxy } from '../../testing/proxies/faulty-proxy.ts';

describe('a backup of a database', function () {
  this.timeout(60_000);

  let scene: FaultScene;
  before(async () => {
    scene = await FaultScene.open();
  });
  after(() => scene[Symbol.asyncDispose]());

  /** Once in each connection, while a dump is in the middle of a large table and waits for more of it. */
  const inTheMiddle = (incident: () => Promise<unknown>): Fault => {
    const seen = new Set<number>();
    return async ({ direction, bytesSoFar, connection }) => {
      if (direction === 'down' && bytesSoFar > MID_INSERT && !seen.has(connection)) {
        seen.add(connection);
        await incident();
      }
      return 'pass' as const;
    };
  };
  const proxyBefore = ({ port }: MariaDb, fault: Fault) => startFaultyProxy(() => `http://127.0.0.1:${port}`, fault);
  const through = ({ url }: { url: string }) => ({ db_port: new URL(url).port });

  it('whose connection is killed in the middle of the dump', async () => {
    const database = await scene.createDatabase(LARGE);
    const kill = async () => {
      const [found] = await scene.mariadb.sql(
        `select id from information_schema.processlist where db = '${database}' and info like 'select %'`,
      );
      await scene.mariadb.sql(`kill ${found!.id}`);
    };
    await using proxy = await proxyBefore(scene.mariadb, inTheMiddle(kill));
    await using trial = await scene.trial(database, { entry: through(proxy) });
    await trial.expectFailed(await trial.backup(), { stage: 'dump', says: /2013.*Lost connection/s });
  });

  it('whose server is killed in the middle of the dump', async () => {
    await using mariadb = await startMariaDb();
    await mariadb.sql('create database large');
    await mariadb.sql(LARGE, 'large');
    await using proxy = await proxyBefore(
      mariadb,
      inTheMiddle(() => mariadb.kill()),
    );
    await using trial = await scene.trial(await scene.createDatabase(''), {
      entry: { ...through(proxy), database_name: 'large', db_username: mariadb.user, db_password: mariadb.password },
    });
    await trial.expectFailed(await trial.backup(), { stage: 'dump', says: /2013.*Lost connection/s });
  });

  it('of which a table is altered once while it is dumped', async () => {
    const database = await scene.createDatabase(SHOP);
    let isAltered = false;
    const alterOnce = async () => {
      if (!isAltered) await scene.mariadb.sql('alter table stock engine=innodb', database);
      isAltered = true;
    };
    await using proxy = await proxyBefore(scene.mariadb, inTheMiddle(alterOnce));
    await using trial = await scene.trial(database, { entry: through(proxy) });
    await trial.expectComplete(await trial.backup(), ['DUMP_REPEATED']);
  });

  it('of which a table is altered each time it is dumped', async () => {
    const database = await scene.createDatabase(SHOP);
    const alter = () => scene.mariadb.sql('alter table stock engine=innodb', database);
    await using proxy = await proxyBefore(scene.mariadb, inTheMiddle(alter));
    await using trial = await scene.trial(database, { entry: through(proxy) });
    await trial.expectFailed(await trial.backup(), { stage: 'dump', says: /1412/ });
  });

  const SWAP = 'rename table z_last to z_third, _shadow to z_last, z_third to _shadow';

  it('of which a table is swapped for its shadow while it is dumped, as gh-ost does', async () => {
    const database = await scene.createDatabase(SWAPPED);
    let isSwapped = false;
    const swapOnce = async () => {
      if (isSwapped) return;
      isSwapped = true;
      await scene.mariadb.sql(`insert into _shadow select * from z_last where id > 200; ${SWAP}`, database);
    };
    await using proxy = await proxyBefore(scene.mariadb, inTheMiddle(swapOnce));
    await using trial = await scene.trial(database, { entry: through(proxy) });
    await trial.expectComplete(await trial.backup(), ['DUMP_REPEATED']);
    expect(isSwapped).to.equal(true);
  });

  it('of which tables are swapped each time they are dumped', async () => {
    const database = await scene.createDatabase(SWAPPED);
    // When a table was made is told to the second.
    const swap = () => scene.mariadb.sql(`do sleep(1.1); ${SWAP}`, database);
    await using proxy = await proxyBefore(scene.mariadb, inTheMiddle(swap));
    await using trial = await scene.trial(database, { entry: through(proxy) });
    await trial.expectIncomplete(await trial.backup(), ['DUMP_REPEATED', 'TABLES_RECREATED']);
    await using without = await scene.trial(database, {
      entry: {
        ...through(proxy),
        dump_options: [`--ignore-table=${database}.z_last`, `--ignore-table=${database}._shadow`],
      },
    });
    expect((await without.backup()).outcome.findings.map(({ code }) => code)).to.not.include('DUMP_REPEATED');
  });

  it('of which a table is dropped while it is dumped', async () => {
    const database = await scene.createDatabase(SHOP);
    const drop = () => scene.mariadb.sql('drop table if exists stock', database);
    await using proxy = await proxyBefore(scene.mariadb, inTheMiddle(drop));
    await using trial = await scene.trial(database, { entry: through(proxy) });
    await trial.expectFailed(await trial.backup(), { stage: 'dump', says: /1146|1412|doesn't exist/ });
  });

  it('with a broken view: all else is in the backup', async () => {
    const database = await scene.createDatabase(
      `${SHOP} create table gone (id int); create view broken as select * from gone; drop table gone`,
    );
    await using trial = await scene.trial(database);
    await trial.expectIncomplete(await trial.backup(), ['BROKEN_VIEW']);
    await scene.mariadb.sql('drop view broken', database);
    expect(await trial.proveRestorable()).to.include({ tables: 2, rows: 1200 });
  });

  it('with a view whose definer is gone: it would load only under its own name', async () => {
    const database = await scene.createDatabase(
      `${SHOP} create user leaver; create definer = leaver view orphan as select * from stock; drop user leaver`,
    );
    await using trial = await scene.trial(database);
    await trial.expectIncomplete(await trial.backup(), ['DEFINER_GONE']);
  });

  it('with a table of an engine without transactions', async () => {
    const database = await scene.createDatabase(`${SHOP} create table log (id int) engine=myisam`);
    await using trial = await scene.trial(database);
    await trial.expectComplete(await trial.backup(), ['NOT_TRANSACTIONAL']);
  });

  it('of which the server gives some rows only', async () => {
    const database = await scene.createDatabase(SHOP);
    await using trial = await scene.trial(database);
    await scene.mariadb.sql(`set global init_connect = 'set sql_select_limit = 2'`);
    try {
      await trial.expectIncomplete(await trial.backup(), ['ROWS_LIMITED', 'OBJECTS_MISSING']);
    } finally {
      await scene.mariadb.sql(`set global init_connect = ''`);
    }
    await trial.expectComplete(await trial.backup());
  });

  it('with a procedure that was created in sjis: the client that restores it would see a command', async () => {
    const database = await scene.createDatabase(SHOP);
    const { port, user, password } = scene.mariadb;
    const sjis = await createConnection({
      host: '127.0.0.1',
      port,
      user,
      password,
      database,
      charset: 'SJIS_JAPANESE_CI',
    });
    await sjis.query("create procedure greeting() select 'ソ', 'ソ'");
    await sjis.end();
    await using trial = await scene.trial(database);
    await trial.expectIncomplete(await trial.backup(), ['BACKSLASH_READ_AS_COMMAND']);
  });

  it('with a procedure that is older than the collation of the database', async () => {
    const database = await scene.createDatabase(SHOP);
    await scene.mariadb.sql(
      `alter database ${database} character set latin1; create procedure older() select 1; alter database ${database} character set utf8mb4`,
      database,
    );
    await using trial = await scene.trial(database);
    const { code, outcome } = await trial.backup();
    expect({ code, state: outcome.state }).to.deep.equal({ code: 0, state: 'complete' });
    expect(outcome.findings.map(({ code }) => code)).to.deep.equal(['DATABASE_NAME_HARDCODED']);
  });

  it('with values that no dump brings back, and rows that do not load', async () => {
    const database = await scene.createDatabase(`
      create table codes (id int primary key, code varchar(9) character set ascii); insert into codes values (1, x'61E4');
      create table measured (at float primary key); insert into measured values (16777215), (16777214);
    `);
    await using trial = await scene.trial(database);
    await trial.expectIncomplete(await trial.backup(), ['VALUES_ROUNDED', 'VALUES_LOST', 'WILL_NOT_LOAD']);
    await scene.mariadb.sql(
      'alter table codes modify code varbinary(9); alter table measured modify at double',
      database,
    );
    const again = await trial.backup();
    expect([again.code, again.outcome.findings]).to.deep.equal([0, []]);
    expect(await trial.proveRestorable()).to.include({ tables: 2, rows: 3 });
  });

  it('with a row of 17 MiB: it is dumped, and loads where the server takes statements of twice that', async () => {
    const database = await scene.createDatabase('create table photo (id int primary key, scan longblob)');
    const [before] = await scene.mariadb.sql('select @@global.max_allowed_packet as bytes');
    const restore = () => scene.mariadb.sql(`set global max_allowed_packet = ${before!.bytes}`);
    try {
      await scene.mariadb.sql('set global max_allowed_packet = 67108864');
      await scene.mariadb.sql(`insert into photo values (1, repeat('x', ${17 << 20}))`, database);
      await restore();
      await using trial = await scene.trial(database);
      const run = await trial.backup();
      expect(run.outcome.findings[0]!.message).to.match(/34\.0 MiB \(a row of photo\).* at most 16\.0 MiB/);
      expect(await trial.proveRestorable().catch(error => String(error).slice(-200))).to.match(
        /does not load|gone away|max_allowed/,
      );
      await scene.mariadb.sql(/SET GLOBAL max_allowed_packet = \d+;/.exec(run.outcome.findings[0]!.advice!)![0]);
      await trial.expectComplete(run, ['RESTORE_PREREQUISITE']);
    } finally {
      await restore();
    }
  });

  it('with rows that a CHECK refuses, and a table that innodb_strict_mode refuses: they load as documented', async () => {
    const columns = Array.from({ length: 250 }, (_, at) => `c${at} varchar(200)`);
    const database = await scene.createDatabase(`
      set check_constraint_checks = 0, innodb_strict_mode = 0;
      create table adults (id int primary key, age int check (age >= 18));
      insert into adults values (1, 17), (2, 18);
      create table wide (${columns}) row_format = compact character set latin1;
      insert into wide (c1) values ('x');
      create table odd (id int primary key) row_format = compressed key_block_size = 32;
      insert into odd values (1);
    `);
    await using trial = await scene.trial(database);
    await trial.expectComplete(await trial.backup());
  });

  it("whose rights can't be read, although the dump works", async () => {
    const database = await scene.createDatabase(SHOP);
    await using proxy = await startFaultyProxy(
      () => `http://127.0.0.1:${scene.mariadb.port}`,
      ({ connection }) => (connection === 1 ? 'break' : 'pass'),
    );
    await using trial = await scene.trial(database, { entry: through(proxy) });
    await trial.expectIncomplete(await trial.backup(), ['RIGHTS_UNKNOWN']);
  });

  describe('that since its last complete backup', () => {
    /** Backs up a shop, lets something happen to it, and backs it up again. */
    async function backedUpAgain(incident: string, entry: Record<string, unknown> = {}) {
      const database = await scene.createDatabase(SHOP);
      const trial = await scene.trial(database, { entry });
      expect((await trial.backup()).outcome.state).to.equal('complete');
      await scene.mariadb.sql(incident, database);
      return { trial, run: await trial.backup() };
    }

    it('has lost all of its rows', async () => {
      const { trial, run } = await backedUpAgain('delete from item; delete from stock');
      await using _trial = trial;
      await trial.expectIncomplete(run, ['DATABASE_EMPTIED']);
    });

    it('has lost all that was in it', async () => {
      const { trial, run } = await backedUpAgain(
        'drop table item, stock; drop view cheap; drop procedure restock; drop event nightly',
      );
      await using _trial = trial;
      await trial.expectIncomplete(run, ['DUMP_EMPTY', 'DATABASE_EMPTIED', 'SHRUNK']);
    });

    it('has lost a table', async () => {
      const { trial, run } = await backedUpAgain('drop table stock');
      await using _trial = trial;
      await trial.expectShrunk(run, 'table stock (200 rows), trigger no_debt');
    });

    it('has lost more than half of its bytes', async () => {
      const { trial, run } = await backedUpAgain("update item set title = 'x'");
      await using _trial = trial;
      await trial.expectShrunk(run, 'bytes of the dump: [\\d.]+ [KM]iB -> [\\d.]+ [KM]iB');
    });

    it('has lost more than half of its rows', async () => {
      const { trial, run } = await backedUpAgain('delete from stock where id > 90');
      await using _trial = trial;
      await trial.expectShrunk(run, 'rows: table stock 200 -> 90');
    });

    it('has lost the rows of a table, which dump_options leave out from now on', async () => {
      const database = await scene.createDatabase(SHOP);
      await using trial = await scene.trial(database);
      expect((await trial.backup()).outcome.state).to.equal('complete');
      await scene.mariadb.sql('truncate stock', database);
      await trial.place.list([{ ...trial.entry, dump_options: [`--ignore-table-data=${database}.stock`] }]);
      await trial.expectComplete(await trial.backup(), ['PARTIAL_BY_CONFIG']);
      await trial.expectComplete(await trial.backup(), ['PARTIAL_BY_CONFIG']);
    });

    it('has lost more than half of its rows, and shrink_limit_percent is 0', async () => {
      const { trial, run } = await backedUpAgain('delete from stock where id > 90', { shrink_limit_percent: 0 });
      await using _trial = trial;
      await trial.expectComplete(run);
    });
  });

  it('in which there is nothing', async () => {
    await using trial = await scene.trial(await scene.createDatabase(''));
    await trial.expectComplete(await trial.backup(), ['DUMP_EMPTY']);
  });

  it('from which a dump program of the other flavour dumps', async () => {
    await using trial = await scene.trial(await scene.createDatabase(SHOP));
    const run = await trial.backup(await dumpedBy(trial, 'Ver 8.0.36 for Linux'));
    await trial.expectIncomplete(run, ['FLAVOUR_MISMATCH']);
  });

  it('from which an older dump program dumps', async () => {
    await using trial = await scene.trial(await scene.createDatabase(SHOP));
    const run = await trial.backup(await dumpedBy(trial, 'Ver 10.19 Distrib 10.5.0-MariaDB'));
    await trial.expectComplete(run, ['CLIENT_OLDER_THAN_SERVER']);
  });

  /** @returns the arguments that make MariaDB's own program dump, under another version */
  async function dumpedBy({ place }: FaultTrial, claims: string): Promise<string[]> {
    const program = await spoiledDumpProgram(place.folder, 'mariadb-dump "$@"', { claims });
    return ['--mysqldump', program, '--mariadb-dump', program];
  }
});

/** More than fits into the buffers between a server and a client that does not read. */
const LARGE = `
  create table a_large (id int primary key, v longtext not null);
  insert into a_large select seq, repeat('x', 1000000) from seq_1_to_24;
  create table z_last (id int primary key);
`;

/** The shadow is half filled when the dump begins. */
const SWAPPED = `${LARGE}
  insert into z_last select seq from seq_1_to_2000;
  do sleep(1.1);
  create table _shadow like z_last;
  insert into _shadow select seq from seq_1_to_200;
`;
