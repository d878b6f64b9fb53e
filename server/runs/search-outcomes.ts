import type { RunState } from '../../protocol/runs/run-outcome.ts';
import { covers, isEverything } from '../auth/scope.ts';
import type { RunEnd } from '../entities/runs/run.entity.ts';
import type { RunOutcome } from '../entities/runs/run-outcome.entity.ts';
import { type Condition, isOneOf } from '../history/conditions.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { query, runExpressions } from '../history/tables.ts';
import type { ListedRun } from './search-runs.ts';

/** How a run ended for one database. */
export type ListedOutcome = Pick<RunOutcome, keyof RunOutcome & string>;

const COLUMNS = [
  ...(['o.id', 'o.run', 'o.database_name as databaseName', 'o.state', 'o.is_leftover as isLeftover'] as const),
  ...(['o.started_at as startedAt', 'o.ended_at as endedAt', 'o.stage', 'o.message', 'o.advice'] as const),
  ...(['o.cause_where as causeWhere', 'o.cause_why as causeWhy', 'o.is_shrunk as isShrunk'] as const),
  ...(['o.file_name as fileName', 'o.backup_id as backupId', 'o.detail'] as const),
] as const;

/** Which outcomes of a run; what is left out does not matter. */
export interface WantedOutcomes {
  readonly limit: number;
  readonly states?: readonly RunState[] | undefined;
  /** Only what stands behind this one. */
  readonly after?: OutcomePlace | undefined;
}

/** The place of an outcome in its run, by the name of its database. */
export interface OutcomePlace {
  readonly databaseName: string;
  readonly id: number;
}

/** @returns the outcomes of a run that are in scope, by the names of their databases */
export function outcomesOfRun(
  { em, scope }: Reading,
  run: number,
  { limit, states, after }: WantedOutcomes,
): Promise<ListedOutcome[]> {
  const outcomes = query
    .selectFrom('run_outcomes as o')
    .select(COLUMNS)
    .where(
      eb.and([
        eb('o.run', '=', run),
        ...isInScope(eb.ref('o.database_name'), scope),
        ...(states ? [isOneOf(eb.ref('o.state'), states)] : []),
        ...(after ? [isBehind(after)] : []),
      ]),
    );
  return readRows(em, outcomes.orderBy('o.database_name').orderBy('o.id').limit(limit));
}

function isBehind({ databaseName, id }: OutcomePlace): Condition {
  return eb.and([
    eb('o.database_name', '>=', databaseName),
    eb.or([eb('o.database_name', '>', databaseName), eb('o.id', '>', id)]),
  ]);
}

/** How many databases ended in which state. */
export interface StateCounts extends Readonly<Record<RunState, number>> {
  /** For a scope of some databases: how many have lost much, if any has. */
  readonly shrunk?: number;
}

/** @returns how many databases of some runs are in scope, by state; zips that an earlier run left behind are not counted */
export async function countsOfRuns({ em, scope }: Reading, runs: readonly ListedRun[]): Promise<StateCounts[]> {
  if (isEverything(scope)) return runs.map(ownCounts);
  const ids = runs.map(({ id }) => id);
  const counted = query
    .selectFrom('run_outcomes as o')
    .select(['o.run', 'o.state', 'o.is_shrunk as isShrunk', eb.fn.countAll<number | string>().as('count')])
    .where(
      eb.and([
        isOneOf(eb.ref('o.run'), ids),
        eb('o.is_leftover', '=', 0),
        ...isInScope(eb.ref('o.database_name'), scope),
      ]),
    )
    .groupBy(['o.run', 'o.state', 'o.is_shrunk']);
  const found = await readRows(em, counted);
  const sum = (some: typeof found) => some.reduce((all, { count }) => all + Number(count), 0);
  const of = (id: number, wanted: RunState) => sum(found.filter(({ run, state }) => run === id && state === wanted));
  const shrunkOf = (id: number) => sum(found.filter(({ run, isShrunk }) => run === id && isShrunk === 1));
  return ids.map(id => ({
    ...{ complete: of(id, 'complete'), incomplete: of(id, 'incomplete') },
    ...{ failed: of(id, 'failed'), not_done: of(id, 'not_done') },
    ...(shrunkOf(id) > 0 && { shrunk: shrunkOf(id) }),
  }));
}

function ownCounts({ completeCount, incompleteCount, failedCount, notDoneCount }: ListedRun): StateCounts {
  return { complete: completeCount, incomplete: incompleteCount, failed: failedCount, not_done: notDoneCount };
}

/**
 * How a run ended, as a reader may know it: for a scope of some databases it is how those ended. How all of them did would
 * show that one of another client failed, or that a signal came before it was reached.
 * @param counts of the databases in scope (`countsOfRuns`)
 */
export function endForReader({ outcome }: ListedRun, counts: StateCounts, { scope }: Pick<Reading, 'scope'>): RunEnd {
  if (isEverything(scope)) return outcome;
  const { complete, incomplete, failed, not_done: notDone, shrunk = 0 } = counts;
  if (incomplete + failed + notDone + shrunk === 0) return 'ok';
  if (outcome === 'interrupted' && notDone > 0) return 'interrupted';
  return complete > 0 ? 'some_failed' : 'none_succeeded';
}

/** @returns the signal that ended a run; null where none did, or where the reader's databases were done before it came */
export function signalForReader(run: ListedRun, counts: StateCounts, reading: Pick<Reading, 'scope'>): string | null {
  const isKnown = isEverything(reading.scope) || endForReader(run, counts, reading) === 'interrupted';
  return isKnown ? (run.interruptedBy ?? null) : null;
}

/** @returns for each name of a database the newest attempt to back it up; null where no run has reported one */
export async function lastAttempts(
  { em }: Pick<Reading, 'em'>,
  names: readonly string[],
): Promise<Array<ListedOutcome | null>> {
  const found: Array<ListedOutcome | null> = [];
  for (const name of names) {
    const [last] = await readRows(em, newest.where('o.database_name', '=', name).limit(1));
    found.push(last ?? null);
  }
  return found;
}

/** @returns how the last runs ended for a database that is in scope, newest first */
export async function outcomesOfDatabase(
  { em, scope }: Reading,
  name: string,
  limit: number,
): Promise<ListedOutcome[]> {
  return covers(scope, name) ? readRows(em, newest.where('o.database_name', '=', name).limit(limit)) : [];
}

/** How far the clocks of a client and of the service may be apart, and how long a run goes on behind an upload. */
const AROUND_MS = 86_400_000;

/**
 * Finds the run that sent a backup: the one that dumped it, or a later one that sent what was left behind.
 * @param backup with the name of its database, which is in scope
 * @returns undefined where no run has reported it
 */
export async function outcomeOfBackup(
  { em }: Pick<Reading, 'em'>,
  { id, database, takenAt, receivedAt }: SentBackup,
): Promise<ListedOutcome | undefined> {
  const [from, to] = [takenAt.getTime() - AROUND_MS, receivedAt.getTime() + AROUND_MS];
  const [found] = await readRows(
    em,
    query
      .selectFrom('run_outcomes as o')
      .select(COLUMNS)
      .where('o.database_name', '=', database)
      .where('o.is_leftover', 'in', [0, 1])
      .where('o.ended_at', '>=', new Date(from))
      .where('o.ended_at', '<=', new Date(to))
      .where('o.backup_id', '=', id)
      .orderBy('o.ended_at')
      .orderBy('o.id')
      .limit(1),
  );
  return found;
}

interface SentBackup {
  readonly id: number;
  readonly database: string;
  readonly takenAt: Date;
  readonly receivedAt: Date;
}

const newest = query
  .selectFrom('run_outcomes as o')
  .select(COLUMNS)
  .where('o.is_leftover', '=', 0)
  .orderBy('o.ended_at', 'desc')
  .orderBy('o.id', 'desc');

const eb = runExpressions();
