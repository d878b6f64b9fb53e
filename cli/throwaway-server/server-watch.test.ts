import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { diskUseOf } from '../files/disk-space.ts';
import { connect } from '../mysql/connect.ts';
import { formatBytes } from '../terminal/format.ts';
import { findServerPrograms } from './server-programs.ts';
import { ServerWatch } from './server-watch.ts';
import { startThrowawayServer, type ThrowawayServer } from './throwaway-server.ts';

const { signal: never } = new AbortController();

/** Each joins the one before with itself: what the server reads doubles with each. */
const VIEWS = Array.from({ length: 24 }, (_, i) => `create view v${i + 1} as select x.a from v${i} x join v${i} y`);

describe('watch over a throwaway server', () => {
  let folder: string;
  let server: ThrowawayServer;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-watch-'));
    const program = (await findServerPrograms()).find(({ flavour }) => flavour === 'mariadb')!;
    server = await startThrowawayServer({ program, folder, signal: never });
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** Loads into a database that is dropped in the end. @returns why it failed */
  const load = async (statements: readonly string[], watch: ServerWatch): Promise<unknown> => {
    try {
      await using database = await server.createDatabase('watched');
      using session = await connect(database.source, { signal: watch.signal });
      for (const statement of statements) await session.run(Buffer.from(statement));
      return undefined;
    } catch (error) {
      return watch.signal.aborted ? watch.signal.reason : error;
    }
  };

  it('ends one whose memory is filled by a few views', async () => {
    await using watch = new ServerWatch(server, folder, never, { memoryBytes: 300 << 20 });
    const why = await load(['create table t (a int)', 'create view v0 as select a from t', ...VIEWS], watch);
    expect(why).to.have.property('message', 'the throwaway server took more than 300.0 MiB of memory');
    await watch[Symbol.asyncDispose]();
    expect(server.hasEnded).to.equal(true);
  });

  it('ends one when the disk is nearly full', async () => {
    await using watch = new ServerWatch(server, folder, never, { leastFree: 2 ** 60 });
    const why = await load(['select sleep(30)'], watch);
    expect(why)
      .to.have.property('message')
      .that.matches(/^the work folder has only .* free$/);
    await watch[Symbol.asyncDispose]();
    expect(server.hasEnded).to.equal(true);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('ends one that takes more of the disk than it may: a table of many partitions has no row in a dump', async () => {
    const diskBytes = (await diskUseOf(server.folder)) + (16 << 20);
    await using watch = new ServerWatch(server, folder, never, { diskBytes });
    const partitioned = (name: string) => `create table ${name} (a int) partition by hash (a) partitions 200`;
    const why = await load([partitioned('t1'), partitioned('t2'), 'do sleep(30)'], watch);
    expect(why).to.have.property(
      'message',
      `the throwaway server took more than ${formatBytes(diskBytes)} of the disk`,
    );
    await watch[Symbol.asyncDispose]();
    expect(server.hasEnded).to.equal(true);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('ends one that is busy when its time is over: its database could not be dropped before', async () => {
    const started = performance.now();
    const late = AbortSignal.timeout(1000);
    await using watch = new ServerWatch(server, folder, late);
    expect(
      await load(['create table t (a int)', 'lock tables t write', "do benchmark(4000000000, md5('a'))"], watch),
    ).to.equal(late.reason);
    expect(performance.now() - started).to.be.lessThan(10_000);
    await watch[Symbol.asyncDispose]();
    expect(server.hasEnded).to.equal(true);
  });

  it('leaves one alone that takes little', async () => {
    const soon = new AbortController();
    {
      await using watch = new ServerWatch(server, folder, soon.signal, { diskBytes: 1 << 30 });
      expect(await load(['create table t (a int)', 'do sleep(1)'], watch)).to.equal(undefined);
    }
    soon.abort();
    expect(server.hasEnded).to.equal(false);
  });
});
