import { type ListedAlarm, searchAlarms } from '../../../alarms/search-alarms.ts';
import { isEverything } from '../../../auth/scope.ts';
import { RUN_ENDS, type RunEnd } from '../../../entities/runs/run.entity.ts';
import { formatCursor, parseCursor } from '../../../graphql/cursor.ts';
import { RowBudget } from '../../../graphql/row-budget.ts';
import type { Reading } from '../../../history/reading/in-scope.ts';
import { listSources, type SourceState } from '../../../runs/list-sources.ts';
import { countsOfRuns, endForReader, type StateCounts, signalForReader } from '../../../runs/search-outcomes.ts';
import { countRosters, type ListedEntry, searchGone } from '../../../runs/search-rosters.ts';
import { type ListedRun, searchRuns } from '../../../runs/search-runs.ts';

/** What the page of the runs shows. */
export interface RunsShown {
  readonly filter: RunFilter;
  /** Undefined for a scope of some databases, and where one source is asked for. */
  readonly sources: SourcesShown | undefined;
  /** The alarms about runs that are due and were not reported. */
  readonly missing: readonly ListedAlarm[];
  readonly runs: ReadonlyArray<{ readonly run: RunForReader; readonly counts: StateCounts }>;
  /** Whether the reader sees all databases: only then is a list of the runs that ended in one way no news of others. */
  readonly seesAll: boolean;
  /** The cursor of the next page; undefined on the last one. */
  readonly next: string | undefined;
  /** The databases that are no longer on any list of the sources that had them: the newest ones, and how many there are. */
  readonly gone: readonly ListedEntry[];
  readonly goneCount: number;
}

export interface RunFilter {
  readonly source: string | undefined;
  readonly outcome: RunEnd | undefined;
  /** The cursor behind which the page begins. */
  readonly after: string | undefined;
  /** Which page of the sources, from 1. */
  readonly hosts: number;
}

export interface SourcesShown {
  /** Of this page, those first that need someone. */
  readonly page: ReadonlyArray<SourceState & { readonly missing: ListedAlarm | undefined }>;
  readonly count: number;
  readonly pages: number;
}

/** How many entries the lists of the page have. */
export const [RUNS_A_PAGE, SOURCES_A_PAGE, MOST_GONE] = [50, 100, 20];

/** More runs are missing only where nothing works, which the page of the alerts shows. */
const MOST_MISSING = 1_000;

const ORDER = 'runs';

/** @throws AppError 422 for an invalid cursor */
export async function loadRuns(reading: Reading, query: URLSearchParams, now: Date): Promise<RunsShown> {
  const seesAll = isEverything(reading.scope);
  const filter = { ...runFilter(query), ...(!seesAll && { outcome: undefined }) };
  const { source, outcome } = filter;
  const missing = await searchAlarms(reading, { isOpen: true, kinds: ['run_missing'] }, { limit: MOST_MISSING });
  const budget = new RowBudget();
  const page = { limit: RUNS_A_PAGE + 1, after: placeIn(filter.after) };
  const found = await searchRuns({ ...reading, budget }, { source, outcome }, page);
  const runs = found.slice(0, RUNS_A_PAGE);
  const counts = await countsOfRuns(reading, runs);
  const last = found.length > RUNS_A_PAGE ? runs.at(-1)! : undefined;
  return {
    ...{ filter, seesAll },
    sources: source === undefined ? await sourcesShown(reading, { missing, now }, filter.hosts) : undefined,
    missing: filter.after === undefined && outcome === undefined ? missing.filter(isOf(source)) : [],
    runs: runs.map((run, at) => ({ run: withoutOthers(run, counts[at]!, reading), counts: counts[at]! })),
    next: last && formatCursor(ORDER, last.startedAt.getTime(), last.id),
    gone: await searchGone(reading, { source }, MOST_GONE),
    goneCount: await countRosters(reading, { source, isGone: true }),
  };
}

/** A run as a reader may see it. */
export interface RunForReader extends Omit<ListedRun, 'exitCode'> {
  /** Null for a scope of some databases: it is about all of them. */
  readonly exitCode: number | null;
}

/**
 * What ended a run may name the databases of others, and how it ended would show that one of theirs failed.
 * @param counts of the databases in scope
 */
export function withoutOthers(run: ListedRun, counts: StateCounts, { scope }: Pick<Reading, 'scope'>): RunForReader {
  if (isEverything(scope)) return run;
  const [outcome, interruptedBy] = [endForReader(run, counts, { scope }), signalForReader(run, counts, { scope })];
  return { ...run, outcome, interruptedBy, problem: null, exitCode: null, leftOut: 0 };
}

function runFilter(query: URLSearchParams): RunFilter {
  const hosts = Number(query.get('hosts') ?? 1);
  return {
    source: query.get('source')?.slice(0, 128) || undefined,
    outcome: RUN_ENDS.find(end => end === query.get('outcome')),
    after: query.get('after') || undefined,
    hosts: Number.isInteger(hosts) && hosts > 0 ? hosts : 1,
  };
}

function placeIn(cursor: string | undefined) {
  if (cursor === undefined) return undefined;
  const [at, id] = parseCursor(cursor, ORDER, ['number', 'number']);
  return { startedAt: new Date(at), id };
}

function isOf(source: string | undefined): (alarm: ListedAlarm) => boolean {
  return alarm => source === undefined || alarm.source === source;
}

async function sourcesShown(
  reading: Reading,
  { missing, now }: { readonly missing: readonly ListedAlarm[]; readonly now: Date },
  wanted: number,
): Promise<SourcesShown | undefined> {
  const sources = await listSources(reading, now);
  if (!sources) return undefined;
  const alarms = new Map(missing.map(alarm => [alarm.subject, alarm]));
  const all = sources.map(state => ({ ...state, missing: alarms.get(nameOf(state)) }));
  // The sort keeps the order by name among those that are alike.
  all.sort((one, other) => need(other) - need(one));
  const pages = Math.max(1, Math.ceil(all.length / SOURCES_A_PAGE));
  const page = Math.min(wanted, pages);
  return { page: all.slice((page - 1) * SOURCES_A_PAGE, page * SOURCES_A_PAGE), count: all.length, pages };
}

/** @returns what the alarm about a missing run calls the source */
function nameOf({ source, shard }: Pick<SourceState, 'source' | 'shard'>): string {
  return shard === '' ? source : `${source}/${shard}`;
}

const NEEDS: Readonly<Record<RunEnd, number>> = {
  ...{ ok: 0, some_failed: 2, interrupted: 3, none_succeeded: 4, broken: 5 },
};

function need({ missing, lastRun }: SourceState & { missing: ListedAlarm | undefined }): number {
  return missing ? 6 : lastRun ? NEEDS[lastRun.outcome] : 1;
}
