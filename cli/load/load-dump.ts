import { statementBatchesOf, statementsOf } from '../dump-statements/statements-of.ts';
import { ExplainedError } from '../errors.ts';
import type { FilterChange } from '../restore-filter/filter-options.ts';
import { type ChosenWay, chooseWay } from './choose-way.ts';
import { whatIsMissing } from './definers/missing-definers.ts';
import { FailedStatement, LoadError } from './load-error.ts';
import { loadInOrder } from './load-in-order.ts';
import { LoadMeter } from './load-meter.ts';
import type { LoadOptions, LoadResult } from './load-options.ts';
import { loadSideBySide } from './load-side-by-side.ts';
import { type TargetConnection, TargetConnections } from './target-connections.ts';

/** Nothing but the server reads a statement that is loaded. */
const BY_WIRE = { programs: 'as the server' } as const;

/**
 * Loads a dump into the database of the connections that `open` gives: side by side where the dump and the target allow that,
 * otherwise in the order of the dump. It ends at the first error; what was loaded by then stays, and nothing goes on on the server.
 * @throws {LoadError} the first statement that failed, with what had been loaded
 * @throws {ExplainedError} when it can't connect, when the filter refuses a statement, and when the dump can't be read
 * @throws the signal's reason when aborted
 */
export async function loadDump(options: LoadOptions): Promise<LoadResult> {
  const { filter, signal } = options;
  const meter = new LoadMeter(options.dumpBytes, options.onProgress);
  const target = new TargetConnections(options.open, filter, signal);
  try {
    const main = await target.connect();
    const { way, workers } = await waysOf(options, target, main);
    if ('whyInOrder' in way)
      await loadInOrder(statementsOf(options.dump(), BY_WIRE), { filter, connection: main, meter });
    else {
      const giveUp = (reason: unknown) => target.abort(reason);
      await loadSideBySide(statementBatchesOf(options.dump(), BY_WIRE), {
        filter,
        main,
        workers,
        meter,
        giveUp,
        ...way,
      });
    }
    target.close();
    const whyInOrder = 'whyInOrder' in way ? way.whyInOrder : undefined;
    return {
      ...meter.soFar,
      ...{
        seconds: meter.seconds,
        keysSeconds: meter.keysSeconds,
        way: whyInOrder === undefined ? 'side by side' : 'in order',
        whyInOrder,
      },
      changes: [...filter.changes, ...target.missingDefiners.map(reported)],
      hasDefiners: filter.definers?.size !== 0,
      missingDefiners: target.missingDefiners,
    };
  } catch (error) {
    await target.abort(error);
    signal.throwIfAborted();
    throw error instanceof FailedStatement ? new LoadError(error, meter.soFar) : error;
  }
}

function reported(account: string): FilterChange {
  return { action: 'reported', what: whatIsMissing(account), object: undefined, count: 1 };
}

async function waysOf(
  options: LoadOptions,
  target: TargetConnections,
  main: TargetConnection,
): Promise<{ way: ChosenWay; workers: readonly TargetConnection[] }> {
  const way = await chooseWay(options, main);
  if ('whyInOrder' in way) return { way, workers: [] };
  const workers: TargetConnection[] = [];
  try {
    while (workers.length < options.jobs) workers.push(await target.connect());
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof ExplainedError)) throw error;
    if (workers.length === 0) return { way: { whyInOrder: `no second connection: ${error.message}` }, workers };
  }
  return { way, workers };
}
