import { isEverything } from '../auth/scope.ts';
import type { Run, RunEnd } from '../entities/runs/run.entity.ts';
import { type Condition, isOneOf, isText } from '../history/conditions.ts';
import { countRows, readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { query, runExpressions } from '../history/tables.ts';
import { countsOfRuns, endForReader } from './search-outcomes.ts';

/** Which runs; what is left out does not matter. */
export interface RunSearch {
  readonly source?: string | undefined;
  readonly host?: string | undefined;
  readonly outcome?: RunEnd | undefined;
}

/** The place of a run in the list, newest first. */
export interface RunPlace {
  readonly startedAt: Date;
  readonly id: number;
}

/** A run in a list. */
export type ListedRun = Omit<Pick<Run, keyof Run & string>, 'digest' | 'list' | 'part' | 'reportedBy'>;

/** Pays for what is looked at. */
interface Searching extends Reading {
  readonly budget: { take(rows: number): void };
}

const COLUMNS = [
  ...(['r.id', 'r.run_id as runId', 'r.source', 'r.shard', 'r.host', 'r.problem', 'r.outcome'] as const),
  ...(['r.started_at as startedAt', 'r.ended_at as endedAt', 'r.received_at as receivedAt'] as const),
  ...(['r.clock_ahead_seconds as clockAheadSeconds', 'r.exit_code as exitCode', 'r.is_partial as isPartial'] as const),
  ...(['r.interrupted_by as interruptedBy', 'r.total', 'r.complete_count as completeCount'] as const),
  ...(['r.incomplete_count as incompleteCount', 'r.failed_count as failedCount'] as const),
  ...(['r.not_done_count as notDoneCount', 'r.sade_version as sadeVersion', 'r.runtime', 'r.mysqldump'] as const),
  ...(['r.left_out as leftOut', 'r.is_cut as isCut'] as const),
] as const;

/** So many runs are looked at together for a token with a scope, and they cost as much as so many rows of an answer. */
const [WINDOW, WINDOW_ROWS] = [500, 50];

/**
 * Lists runs, newest first. A token with a scope sees the runs that were about a database in it, and finds them by how
 * those ended (`endForReader`), not by how the whole run did.
 * @throws AppError 422 when more would have to be looked at than the budget allows
 */
export async function searchRuns(
  searching: Searching,
  search: RunSearch,
  { limit, after }: { readonly limit: number; readonly after?: RunPlace | undefined },
): Promise<ListedRun[]> {
  const { em, scope } = searching;
  if (isEverything(scope)) return readRows(em, page(search, after).select(COLUMNS).limit(limit));
  const found: ListedRun[] = [];
  for await (const runs of seenRuns(searching, search, after)) {
    found.push(...runs);
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

/** What a count of all weighs: 200,000 runs, which a large fleet has within 400 days, are counted in some milliseconds. */
const COUNT_ROWS = 400;

/** Counts them in the same way. @throws AppError 422 */
export async function countRuns(searching: Searching, search: RunSearch): Promise<number> {
  if (isEverything(searching.scope)) {
    searching.budget.take(COUNT_ROWS);
    return countRows(searching.em, matching(search));
  }
  let count = 0;
  for await (const runs of seenRuns(searching, search)) count += runs.length;
  return count;
}

/** @returns the runs with these ids that are in scope, by their ids */
export async function runsById(
  { em, scope }: Reading,
  ids: readonly number[],
): Promise<ReadonlyMap<number, ListedRun>> {
  const wanted = [...new Set(ids)];
  const found = await readRows(
    em,
    query
      .selectFrom('runs as r')
      .select(COLUMNS)
      .where(isOneOf(eb.ref('r.id'), wanted)),
  );
  const seen = await idsInScope({ em, scope }, wanted);
  return new Map(found.filter(({ id }) => seen.has(id)).map(run => [run.id, run]));
}

async function* seenRuns(
  { em, scope, budget }: Searching,
  search: RunSearch,
  after?: RunPlace,
): AsyncGenerator<ListedRun[]> {
  for (let place = after; ; ) {
    budget.take(WINDOW_ROWS);
    // Which runs ended how in all would show how the databases of others did.
    const runs: ListedRun[] = await readRows(
      em,
      page({ ...search, outcome: undefined }, place)
        .select(COLUMNS)
        .limit(WINDOW),
    );
    const seen = await idsInScope(
      { em, scope },
      runs.map(({ id }) => id),
    );
    const own = runs.filter(({ id }) => seen.has(id));
    yield search.outcome === undefined ? own : await endedFor({ em, scope }, own, search.outcome);
    if (runs.length < WINDOW) return;
    place = runs.at(-1);
  }
}

async function endedFor(reading: Reading, runs: readonly ListedRun[], wanted: RunEnd): Promise<ListedRun[]> {
  const counts = await countsOfRuns(reading, runs);
  return runs.filter((run, at) => endForReader(run, counts[at]!, reading) === wanted);
}

async function idsInScope({ em, scope }: Reading, ids: readonly number[]): Promise<ReadonlySet<number>> {
  if (isEverything(scope)) return new Set(ids);
  const seen = query
    .selectFrom('run_outcomes as o')
    .select('o.run')
    .distinct()
    .where(eb.and([isOneOf(eb.ref('o.run'), ids), ...isInScope(eb.ref('o.database_name'), scope)]));
  return new Set((await readRows(em, seen)).map(({ run }) => run));
}

function page(search: RunSearch, after: RunPlace | undefined) {
  return matching(search)
    .where(eb.and(after ? [isBehind(after)] : []))
    .orderBy('r.started_at', 'desc')
    .orderBy('r.id', 'desc');
}

function matching({ source, host, outcome }: RunSearch) {
  return query
    .selectFrom('runs as r')
    .where(
      eb.and([
        ...(source === undefined ? [] : [isText(eb.ref('r.source'), source)]),
        ...(host === undefined ? [] : [isText(eb.ref('r.host'), host)]),
        ...(outcome === undefined ? [] : [eb('r.outcome', '=', outcome)]),
      ]),
    );
}

/** The first condition alone bounds the range on the index. */
function isBehind({ startedAt, id }: RunPlace): Condition {
  return eb.and([
    eb('r.started_at', '<=', startedAt),
    eb.or([eb('r.started_at', '<', startedAt), eb('r.id', '<', id)]),
  ]);
}

const eb = runExpressions();
