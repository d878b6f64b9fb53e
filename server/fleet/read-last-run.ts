import { isEverything } from '../auth/scope.ts';
import { isOneOf } from '../history/conditions.ts';
import { readRows } from '../history/read-rows.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import { query, runExpressions } from '../history/tables.ts';
import { countsOfRuns } from '../runs/search-outcomes.ts';
import { type ListedRun, runsById, searchRuns } from '../runs/search-runs.ts';

/** The newest runs of all sources, within one night, added up: as far as they are about databases in scope. */
export interface LastRun {
  readonly startedAt: Date;
  readonly endedAt: Date;
  /** How many databases have a complete backup by it, and how many it was about. */
  readonly complete: number;
  readonly databases: number;
  /** The id of the newest run. */
  readonly id: number;
}

interface Parts extends Reading {
  readonly now: Date;
  /** Of all databases in scope. */
  readonly names: readonly string[];
}

/** A night is no longer: what began before belongs to the one before. */
const NIGHT_MS = 12 * 3_600_000;
const MOST_RUNS = 200;

/** Runs of some databases only (`--only`) do not count: they say nothing about a night. */
export async function readLastRun(parts: Parts): Promise<LastRun | undefined> {
  const runs = (await newestRuns(parts)).filter(({ isPartial }) => isPartial === 0);
  const [newest] = runs;
  if (!newest) return undefined;
  const night = runs.filter(({ startedAt }) => newest.startedAt.getTime() - startedAt.getTime() < NIGHT_MS);
  const last = newestOfEach(night);
  const counts = await countsOfRuns(parts, last);
  const sum = (of: (count: (typeof counts)[number]) => number) => counts.reduce((all, count) => all + of(count), 0);
  return {
    startedAt: new Date(Math.min(...last.map(({ startedAt }) => startedAt.getTime()))),
    endedAt: new Date(Math.max(...last.map(({ endedAt }) => endedAt.getTime()))),
    complete: sum(({ complete }) => complete),
    databases: sum(({ complete, incomplete, failed, not_done }) => complete + incomplete + failed + not_done),
    id: newest.id,
  };
}

/** A run that was reported in several parts has several rows. @param runs newest first */
function newestOfEach(runs: readonly ListedRun[]): ListedRun[] {
  const bySource = Map.groupBy(runs, ({ source, shard }) => JSON.stringify([source, shard]));
  return [...bySource.values()].flatMap(some => some.filter(({ runId }) => runId === some[0]!.runId));
}

/** @returns newest first */
async function newestRuns({ em, scope, now, names }: Parts): Promise<ListedRun[]> {
  if (isEverything(scope))
    return searchRuns({ em, scope, budget: { take: () => undefined } }, {}, { limit: MOST_RUNS });
  const ids = new Set<number>();
  const since = new Date(now.getTime() - WEEK_MS);
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = isOneOf(eb.ref('o.database_name'), names.slice(at, at + AT_ONCE));
    for (const { run } of await readRows(em, OUTCOMES.where('o.ended_at', '>=', since).where(some))) ids.add(run);
  }
  const newest = [...ids].sort((a, b) => b - a).slice(0, MOST_RUNS);
  const runs = newest.length === 0 ? [] : [...(await runsById({ em, scope }, newest)).values()];
  return runs.sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime() || b.id - a.id);
}

/** Not all runs are looked at for a reader of a few databases, only the outcomes of these. */
const [WEEK_MS, AT_ONCE] = [7 * 86_400_000, 500];

const OUTCOMES = query.selectFrom('run_outcomes as o').select('o.run').distinct().where('o.is_leftover', '=', 0);

const eb = runExpressions();
