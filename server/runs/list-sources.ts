import { isEverything } from '../auth/scope.ts';
import type { RunEnd } from '../entities/runs/run.entity.ts';
import { isOneOf } from '../history/conditions.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import { aliased, query } from '../history/tables.ts';

/** Who backs up, and how that goes. */
export interface SourceState {
  readonly source: string;
  /** Which of several runs of that source; empty where there is one. */
  readonly shard: string;
  /** How many databases are on its list, and how many were on it and are not any more. */
  readonly databases: number;
  readonly gone: number;
  /** When its next run must have brought a complete backup to the first of its databases; null where no one is expected. */
  readonly dueAt: Date | null;
  /** When the first of those was due that its newest run did not back up; null where it backed up all. */
  readonly failedSince: Date | null;
  /** The newest run of its list; undefined where none was reported. A run of some databases only (`--only`) does not count. */
  readonly lastRun: LastRun | undefined;
}

/** A run with all parts that were reported of it, one for each token. */
export interface LastRun {
  /** Of its worst part. */
  readonly id: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly receivedAt: Date;
  /** The worst of its parts. */
  readonly outcome: RunEnd;
  readonly sadeVersion: string;
  readonly total: number;
  readonly complete: number;
  readonly clockAheadSeconds: number;
}

/**
 * Lists all sources, by name. About 5,000 of them are possible.
 * @returns undefined for a scope of some databases: a source is about all of its own
 */
export async function listSources({ em, scope }: Reading, now: Date): Promise<SourceState[] | undefined> {
  if (!isEverything(scope)) return undefined;
  const rosters = await readRows(em, ROSTERS);
  const newest = await readRows(em, NEWEST);
  const runs = await readRuns(
    em,
    newest.flatMap(({ runId }) => runId ?? []),
  );
  const lastRuns = new Map(newest.map(({ source, shard, runId }) => [keyOf(source, shard), runs.get(runId ?? '')]));
  const due = await firstDue(em, lastRuns, now);
  return rosters.map(({ source, shard, listed, gone }) => ({
    ...{ source, shard, databases: Number(listed), gone: Number(gone) },
    ...(due.get(keyOf(source, shard)) ?? NOT_DUE),
    lastRun: lastRuns.get(keyOf(source, shard)),
  }));
}

type Due = Pick<SourceState, 'dueAt' | 'failedSince'>;

const NOT_DUE: Due = { dueAt: null, failedSince: null };

/** By the rule of the alarm about a missing run: a database that a run has reached since its last complete backup waits for no run. */
async function firstDue(
  em: EntityManager,
  lastRuns: ReadonlyMap<string, LastRun | undefined>,
  now: Date,
): Promise<ReadonlyMap<string, Due>> {
  const first = new Map<string, Due>();
  for (const { source, shard, dueAt, completeAt } of await readRows(em, DUE)) {
    if (!dueAt) continue;
    const key = keyOf(source, shard);
    const known = first.get(key) ?? NOT_DUE;
    const lastRun = lastRuns.get(key);
    const hasFailed = dueAt <= now && lastRun !== undefined && (completeAt === null || completeAt < lastRun.startedAt);
    const which = hasFailed ? 'failedSince' : 'dueAt';
    if (!known[which] || dueAt < known[which]) first.set(key, { ...known, [which]: dueAt });
  }
  return first;
}

function keyOf(source: string, shard: string): string {
  return JSON.stringify([source, shard]);
}

const eb = aliased<{ e: 'roster_entries'; w: 'watched_databases'; r: 'runs'; s: 'roster_entries' }>();

const isListed = eb.case().when('e.gone_at', 'is', null).then(eb.lit(1)).else(eb.lit(0)).end();
const isGone = eb.case().when('e.gone_at', 'is', null).then(eb.lit(0)).else(eb.lit(1)).end();

const ROSTERS = query
  .selectFrom('roster_entries as e')
  .groupBy(['e.source', 'e.shard'])
  .orderBy('e.source')
  .orderBy('e.shard')
  .select(['e.source', 'e.shard'])
  .select([eb.fn.sum<number | string>(isListed).as('listed'), eb.fn.sum<number | string>(isGone).as('gone')]);

/** One row for each database on a list: of a minimum `readRows` would not know that it is an instant. */
const DUE = query
  .selectFrom('roster_entries as e')
  .innerJoin('watched_databases as w', 'w.database_name', 'e.database_name')
  .where('e.gone_at', 'is', null)
  .where('w.due_at', 'is not', null)
  .select(['e.source', 'e.shard', 'w.due_at as dueAt', 'w.last_complete_received_at as completeAt']);

/** The newest run `r` of the list of a source `s`, by one seek. A run of some databases only (`--only`) does not count. */
export const newestRun = query
  .selectFrom('runs as r')
  .where(eb('r.source', '=', eb.ref('s.source')))
  .where(eb('r.shard', '=', eb.ref('s.shard')))
  .where('r.is_partial', '=', eb.lit(0) as never)
  .orderBy('r.started_at', 'desc')
  .orderBy('r.id', 'desc')
  .limit(1);

const NEWEST = query
  .selectFrom(query.selectFrom('roster_entries as e').select(['e.source', 'e.shard']).distinct().as('s'))
  .select(['s.source', 's.shard', newestRun.select('r.run_id').as('runId')]);

const RUNS_AT_ONCE = 500;

/** Worst last. */
const ENDS: readonly RunEnd[] = ['ok', 'some_failed', 'interrupted', 'none_succeeded', 'broken'];

async function readRuns(em: EntityManager, runIds: readonly string[]): Promise<Map<string, LastRun>> {
  const found = new Map<string, LastRun>();
  for (let at = 0; at < runIds.length; at += RUNS_AT_ONCE) {
    const rows = await readRows(em, RUNS.where(isOneOf(eb.ref('r.run_id'), runIds.slice(at, at + RUNS_AT_ONCE))));
    for (const { runId, ...part } of rows) found.set(runId, joined(found.get(runId), part));
  }
  return found;
}

function joined(known: LastRun | undefined, part: LastRun): LastRun {
  if (!known) return part;
  const worst = ENDS.indexOf(part.outcome) > ENDS.indexOf(known.outcome) ? part : known;
  return { ...worst, total: known.total + part.total, complete: known.complete + part.complete };
}

const RUNS = query
  .selectFrom('runs as r')
  .select(['r.id', 'r.run_id as runId', 'r.outcome', 'r.sade_version as sadeVersion', 'r.total'])
  .select(['r.started_at as startedAt', 'r.ended_at as endedAt', 'r.received_at as receivedAt'])
  .select(['r.complete_count as complete', 'r.clock_ahead_seconds as clockAheadSeconds']);
