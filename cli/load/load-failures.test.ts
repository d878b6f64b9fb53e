import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type MariaDb, startMariaDb } from '../../testing/databases/mariadb.ts';
import { realDump } from '../../testing/databases/real-dump.ts';
import { until } from '../../testing/until.ts';
import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import { ExplainedError } from '../errors.ts';
import { type ConnectOptions, connect } from '../mysql/connect.ts';
import type { StatementFilter } from '../restore-filter/restore-filter.ts';
import { loadDump } from './load-dump.ts';
import { LoadError } from './load-error.ts';
import type { LoadLimits, LoadOptions, LoadProgress } from './load-options.ts';

const AS_IT_IS: StatementFilter = { settings: [], apply: statement => [statement], end: () => [], changes: [] };
const LIMITS = { smallDump: 0, smallTable: 1000, piece: 100_000, leastWaiting: 1 };
const SOURCE = { label: 'target', database: 'target', dumpOptions: [], shrinkLimitPercent: 50 };
const WAYS = [
  { way: 'in order', jobs: 1 },
  { way: 'side by side', jobs: 3 },
] as const;

async function* chunksOf(dump: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < dump.length; from += 10_000) yield dump.subarray(from, from + 10_000);
}

describe('a load that fails', function () {
  this.timeout(120_000);
  let server: MariaDb;
  let folder: string;
  let dump: Buffer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-load-'));
    server = await startMariaDb();
    await server.sql('create database source');
    for (const table of ['first', 'second', 'third'])
      await server.sql(
        `create table ${table} (id int primary key, a varchar(100), b int not null, unique key (a), key (b, a));
         insert into ${table} select seq, concat('${table} ', seq), seq % 100 from seq_1_to_20000`,
        'source',
      );
    dump = await realDump(server, 'source', '--net-buffer-length=16384');
  });
  beforeEach(() => server.sql('create or replace database target'));
  afterEach(async () => expect(await readdir(folder), 'files that were left').to.deep.equal([]));
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const load = (more: Partial<LoadOptions> & { user?: string; from?: MariaDb } = {}) => {
    const { user = 'root', from = server, ...options } = more;
    return loadDump({
      dump: () => chunksOf(dump),
      open: (options: ConnectOptions) => connect({ ...SOURCE, ...at(from), user }, options),
      ...{ filter: AS_IT_IS, jobs: 3, signal: new AbortController().signal, limits: LIMITS, workFolder: folder },
      ...options,
    });
  };
  const at = ({ host, port, password }: MariaDb) => ({ host, port, password });
  const failureOf = async (work: Promise<unknown>): Promise<LoadError> => {
    const error = await work.then(
      () => expect.fail('it did not fail'),
      error => error,
    );
    expect(error).to.be.instanceOf(LoadError);
    return error as LoadError;
  };
  const others = async (): Promise<unknown[]> =>
    server.sql(
      "select id, info from information_schema.processlist where db = 'target' and command <> 'Sleep' and info not like '%information_schema.processlist%'",
    );

  for (const { way, jobs } of WAYS) {
    it(`names the statement and its place, ${way}: a row in the middle has a key that is there already`, async () => {
      const text = dump.toString('latin1').replace(/(\(15050,'second 15050',50\),\s*)\(\d+,/, '$1(15050,');
      const error = await failureOf(load({ jobs, dump: () => chunksOf(Buffer.from(text, 'latin1')) }));
      expect(error).to.include({ errno: 1062, sqlState: '23000', isConnectionLost: false });
      expect(error.message).to.match(
        /^table second could not be loaded: Duplicate entry '…' for key 'PRIMARY' \(1062\)/,
      );
      expect(error.place.at).to.equal(text.lastIndexOf('INSERT INTO', text.indexOf("(15050,'second")));
      expect(error.place.beginning).to.match(/^INSERT INTO `second`/);
      expect(error.advice).to.contain('same key');
      expect(error.done.rows).to.be.within(10_000, 59_999);
      expect(await others()).to.deep.equal([]);
    });

    it(`names the table whose unique key the rows don't allow, ${way}`, async () => {
      const text = dump.toString('latin1').replace("(15000,'second 15000'", "(15000,'second 11000'");
      const error = await failureOf(load({ jobs, dump: () => chunksOf(Buffer.from(text, 'latin1')) }));
      // MariaDB looks at the keys of the first rows at the end of their statement, and says no more than that it failed.
      expect(error.errno).to.be.oneOf([1062, 1180]);
      expect(error.advice).to.contain('same key');
      expect(error.place.object).to.equal(jobs === 1 ? 'table second' : 'the keys of table second');
      const statement = jobs === 1 ? text.indexOf('INSERT INTO `second`') : text.indexOf('CREATE TABLE `second`');
      expect(error.place.at).to.be.at.least(statement);
      expect(await others()).to.deep.equal([]);
    });

    it(`ends when it is aborted, and with it what runs on the server, ${way}`, async () => {
      for (const when of [isAt('table first'), isAt('table third'), isAt('the keys of table third')]) {
        await server.sql('create or replace database target');
        const stop = new AbortController();
        const onProgress = (progress: LoadProgress) => when(progress) && stop.abort(new Error('Ctrl-C'));
        const error = await load({ jobs, signal: stop.signal, onProgress }).catch(error => error);
        if (jobs === 1 && !stop.signal.aborted) continue; // it makes no keys later
        expect(error.message).to.equal('Ctrl-C');
        expect(await others()).to.deep.equal([]);
        const before = await server.sql('select count(*) as n from information_schema.innodb_trx');
        expect(before[0]!.n).to.equal(0);
      }
    });

    it(`ends a statement that takes long, also on the server, when it is aborted, ${way}`, async () => {
      let last: DumpStatement | undefined;
      const filter: StatementFilter = {
        ...AS_IT_IS,
        apply: statement => {
          last = statement;
          return [statement];
        },
        end: () => [{ ...last!, kind: 'other', bytes: Buffer.from('DO sleep(60)') }],
      };
      const stop = new AbortController();
      const loading = load({ jobs, filter, signal: stop.signal }).catch(error => error);
      const isAsleep = async () =>
        (await others()).some(row => String((row as { info: unknown }).info).includes('sleep'));
      await until('the statement runs', isAsleep);
      stop.abort(new Error('Ctrl-C'));
      expect((await loading).message).to.equal('Ctrl-C');
      expect(await others()).to.deep.equal([]);
    });

    it(`says that the connection was lost when an administrator ends it, ${way}`, async () => {
      let kills: Promise<unknown> | undefined;
      const onProgress = ({ rows }: LoadProgress) => {
        if (rows > 5000) kills ??= killAll(server);
      };
      const error = await failureOf(load({ jobs, onProgress }));
      await kills;
      expect(error.isConnectionLost, error.message).to.equal(true);
      expect(error.message).to.contain('the connection to the server was lost');
      expect(error.advice).to.contain("Check the server's log");
    });

    it(`says that the connection was lost when the server is killed, ${way}`, async () => {
      await using doomed = await startMariaDb();
      await doomed.sql('create database target');
      let killed: Promise<void> | undefined;
      const onProgress = ({ rows }: LoadProgress) => {
        if (rows > 5000) killed ??= doomed.kill();
      };
      const error = await failureOf(load({ jobs, onProgress, from: doomed }));
      await killed;
      expect(error.isConnectionLost, error.stack).to.equal(true);
      expect(error.message).to.contain('the connection to the server was lost').and.contain('loaded until then: ');
    });

    it(`is the end of all when the filter refuses a statement, ${way}`, async () => {
      let refused = 0;
      const apply: StatementFilter['apply'] = statement => {
        if (statement.kind === 'create' && statement.object?.name === 'third') throw new ExplainedError('refused');
        if (statement.kind === 'create') refused++;
        return [statement];
      };
      const error = await load({ jobs, filter: { ...AS_IT_IS, apply } }).catch(error => error);
      expect(error.message).to.equal('refused');
      expect(refused).to.equal(2);
      expect(await others()).to.deep.equal([]);
    });

    it(`is one of a dump that ends too early, ${way}`, async () => {
      const error = await load({ jobs, dump: () => chunksOf(dump.subarray(0, dump.length - 100_000)) }).catch(
        error => error,
      );
      expect(error).to.be.instanceOf(ExplainedError);
      expect(error.message).to.contain('the dump ends in the middle of a statement');
      expect(await others()).to.deep.equal([]);
    });

    it(`names the right that is missing, ${way}`, async () => {
      await server.sql(
        `create or replace user loads@'%' identified by '${server.password}'; grant select, insert, alter, drop on target.* to loads@'%'`,
      );
      const error = await failureOf(load({ jobs, user: 'loads' }));
      expect(error.message).to.match(
        /^table first could not be loaded: CREATE command denied to user 'loads'@'.*' for table .* \(1142\)/,
      );
      expect(error.advice).to.contain('lacks a right');
    });
  }

  for (const { way, jobs } of WAYS)
    it(`keeps all rows on a server that ends idle connections soon and waits for a COMMIT, ${way}`, async () => {
      await server.sql('set global autocommit = 0; set global wait_timeout = 1');
      try {
        let paused = false;
        const apply: StatementFilter['apply'] = statement => {
          if (statement.object?.name === 'third' && !paused) {
            paused = true;
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
          }
          return [statement];
        };
        expect(await load({ jobs, filter: { ...AS_IT_IS, apply } })).to.include({ way, rows: 60_000 });
      } finally {
        await server.sql('set global autocommit = 1; set global wait_timeout = 28800');
      }
      for (const table of ['first', 'second', 'third']) {
        const [row] = await server.sql(`select count(*) as n from ${table}`, 'target');
        expect(row!.n, table).to.equal(20_000);
      }
    });

  it('is loaded in order, and says why, where that is the only way', async () => {
    const whyInOrder = async (more: Parameters<typeof load>[0]) => {
      await server.sql('create or replace database target');
      const result = await load(more);
      expect(result).to.include({ way: 'in order', rows: 60_000 });
      return result.whyInOrder;
    };
    await server.sql(
      `create or replace user loads@'%' identified by '${server.password}'; grant select, insert, create, drop on target.* to loads@'%'`,
    );
    // DISABLE KEYS needs the right, too.
    const filter = {
      ...AS_IT_IS,
      apply: (statement =>
        /^(?:keys|lock|unlock)$/.test(statement.kind) ? [] : [statement]) as StatementFilter['apply'],
    };
    expect(await whyInOrder({ user: 'loads', filter })).to.equal('the user lacks the right ALTER on the database');
    expect(await whyInOrder({ workFolder: undefined })).to.equal('there is no folder for rows that wait');
    expect(await whyInOrder({ dumpBytes: 5 << 20, limits: {} })).to.equal('the dump has only 5.0 MiB');
    expect(await whyInOrder({ limits: { ...LIMITS, leastWaiting: 2 ** 60 } })).to.match(
      /^the work folder .* has only .* free/,
    );
    await server.sql(
      `create or replace user loads@'%' identified by '${server.password}' with max_user_connections 1; grant all on target.* to loads@'%'`,
    );
    expect(await whyInOrder({ user: 'loads' })).to.match(/^no second connection: .*max_user_connections/);
  });

  it('keeps the order of the dump among tables that were there before, since their triggers may write into others', async () => {
    const create = 'create table log (n int auto_increment primary key, t varchar(10))';
    const trigger = (name: string) =>
      `create table ${name} like source.${name}; create trigger t_${name} after insert on ${name} for each row insert into log (t) values ('${name}')`;
    await server.sql([create, ...['first', 'second', 'third'].map(trigger)].join(';'), 'target');
    const rows = await realDump(server, 'source', '--net-buffer-length=16384', '--no-create-info');
    expect(await load({ dump: () => chunksOf(rows) })).to.include({ way: 'side by side', rows: 60_000 });
    const order = 'select t, min(n) as a, max(n) as b, count(*) as c from log group by t order by 2';
    const found = await server.sql(order, 'target');
    expect(found.map(({ t, c }) => [t, c])).to.deep.equal([
      ['first', 20_000],
      ['second', 20_000],
      ['third', 20_000],
    ]);
    expect(found[0]!.b, 'the second begins when the first is done').to.be.below(found[1]!.a);
    expect(found[1]!.b).to.be.below(found[2]!.a);
  });

  it('sends a statement again that met another one in a deadlock, but not for ever', async () => {
    const rows = await realDump(server, 'source', '--net-buffer-length=16384', '--no-create-info');
    const loadWith = async (condition: string) => {
      await server.sql('create or replace database target');
      for (const table of ['first', 'second', 'third'])
        await server.sql(`create table ${table} like source.${table}`, 'target');
      const deadlock = "signal sqlstate '40001' set mysql_errno = 1213, message_text = 'Deadlock found'";
      const trigger = `create trigger meets before insert on second for each row if ${condition} then set @met = 1; ${deadlock}; end if`;
      const connection = await server.connect('target');
      await connection.query(trigger).finally(() => connection.end());
      return load({ dump: () => chunksOf(rows) });
    };
    expect(await loadWith('new.id = 15050 and @met is null')).to.include({ rows: 60_000 });
    const [row] = await server.sql('select count(*) as n from second', 'target');
    expect(row!.n).to.equal(20_000);
    const error = await failureOf(loadWith('new.id = 15050'));
    expect(error.errno).to.equal(1213);
    expect(error.place.object).to.equal('table second');
  });

  it('holds rows that wait in files where they would take too much memory', async () => {
    const filesFor = async (limits: Partial<LoadLimits>) => {
      await server.sql('create or replace database target');
      let most = 0;
      const onProgress = () => {
        most = Math.max(most, openFilesIn(folder));
      };
      await load({ limits: { ...LIMITS, smallTable: 1 << 20, piece: 20_000, ...limits }, onProgress });
      return most;
    };
    expect(await filesFor({})).to.equal(0);
    expect(await filesFor({ memory: 0 })).to.be.above(0);
  });

  it('goes on with fewer connections where the server gives no more', async () => {
    await server.sql(
      `create or replace user loads@'%' identified by '${server.password}' with max_user_connections 2; grant all on target.* to loads@'%'`,
    );
    expect(await load({ user: 'loads' })).to.include({ way: 'side by side', rows: 60_000 });
  });
});

const isAt =
  (wanted: string) =>
  ({ what }: LoadProgress) =>
    what === wanted;

async function killAll(server: MariaDb): Promise<void> {
  const rows = await server.sql("select id from information_schema.processlist where db = 'target'");
  for (const { id } of rows) await server.sql(`kill ${id}`).catch(() => {}); // it may have gone
}

/** Files without a name that this process has open. */
function openFilesIn(folder: string): number {
  const targets = readdirSync('/proc/self/fd').map(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ''; // it was closed in this moment
    }
  });
  return targets.filter(target => target.startsWith(folder)).length;
}
