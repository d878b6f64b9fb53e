import { setTimeout as sleep } from 'node:timers/promises';
import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import type { StatementFilter } from '../restore-filter/restore-filter.ts';
import { FailedStatement } from './load-error.ts';
import type { LoadMeter } from './load-meter.ts';
import type { LoadLimits } from './load-options.ts';
import { framesOf, ReadBuffer } from './piece-files.ts';
import { StatefulConnection } from './session-state.ts';
import { StatementRouter } from './statement-router.ts';
import type { TargetConnection } from './target-connections.ts';
import { type Work, WorkQueue } from './work-queue.ts';

export interface SideBySide {
  readonly filter: StatementFilter;
  /** Creates tables, and at the end all that is no table. */
  readonly main: TargetConnection;
  /** Load rows and make keys. */
  readonly workers: readonly TargetConnection[];
  readonly meter: LoadMeter;
  /** Holds files of rows that wait. */
  readonly folder: string;
  readonly limits: LoadLimits;
  /** Ends what all connections do. */
  readonly giveUp: (reason: unknown) => Promise<void>;
}

/**
 * Loads a dump over several connections: rows in pieces of many statements, tables side by side, keys after the rows of their
 * table, foreign keys after all rows, and then triggers, views, routines and events in the order of the dump. What is loaded is the
 * same as in the plain way.
 * @param batches of statements, each to be read to its end before the next one is asked for
 * @throws {FailedStatement} the first failure; nothing is running then
 */
export async function loadSideBySide(
  batches: AsyncIterable<Iterable<DumpStatement>>,
  { filter, main, workers, meter, folder, limits, giveUp }: SideBySide,
): Promise<void> {
  const queue = new WorkQueue(limits.waiting, workers.length);
  const first = new StatefulConnection(main);
  await using router = new StatementRouter({ folder, limits, main: first, queue, meter, target: filter.target });
  const all = [
    readAll(batches, filter, router),
    ...workers.map(worker => work(new StatefulConnection(worker), queue, meter)),
  ];
  try {
    await Promise.all(all);
  } catch (error) {
    await queue.abort(error);
    await giveUp(error);
    await Promise.allSettled(all);
    throw error;
  }
  await router.loadRest();
}

async function readAll(
  batches: AsyncIterable<Iterable<DumpStatement>>,
  filter: StatementFilter,
  router: StatementRouter,
): Promise<void> {
  for await (const batch of batches)
    for (const statement of batch)
      for (const sent of filter.apply(statement)) {
        const routed = router.route(sent);
        if (routed !== undefined) await routed;
      }
  for (const last of filter.end()) await router.route(last);
  await router.end();
}

async function work(connection: StatefulConnection, queue: WorkQueue, meter: LoadMeter): Promise<void> {
  const into = new ReadBuffer();
  for (let job = await queue.next(); job !== undefined; job = await queue.next()) {
    await doWork(job, { connection, meter, into });
    queue.done(job);
  }
}

async function doWork(
  job: Work,
  { connection, meter, into }: { connection: StatefulConnection; meter: LoadMeter; into: ReadBuffer },
): Promise<void> {
  const { table } = job;
  if (job.kind === 'keys') {
    const object = `the keys of ${table.place.object}`;
    meter.tell(object);
    const place = { ...table.place, object, beginning: 'ALTER TABLE … ADD KEY' };
    await meter.whileMakingKeys(() => connection.run(job.addKeys, place, table.state));
    return;
  }
  const { place, piece, state } = job;
  for await (const { bytes, at, rows } of framesOf(piece, into)) {
    await runDespiteDeadlocks(() => connection.run(bytes, { ...place, at }, state));
    meter.add({ bytes: bytes.length, rows }, place.object ?? 'rows');
  }
}

const ER_LOCK_DEADLOCK = 1213;
const MOST_DEADLOCKS = 20;

/** Two connections that fill one table can meet. The server takes back all that one of them has done in this statement. */
async function runDespiteDeadlocks(run: () => Promise<void>): Promise<void> {
  for (let times = 1; ; times++)
    try {
      return await run();
    } catch (error) {
      const isDeadlock = error instanceof FailedStatement && error.errno === ER_LOCK_DEADLOCK;
      if (!isDeadlock || times === MOST_DEADLOCKS) throw error;
      await sleep(times * times * Math.random());
    }
}
