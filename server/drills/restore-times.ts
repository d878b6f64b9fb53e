import type { ReportKind } from '../entities/report.entity.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { query, reportExpressions } from '../history/tables.ts';

/** A restore whose time was measured, by a drill or for real. */
export interface RestoreTime {
  readonly kind: ReportKind;
  readonly databaseName: string;
  readonly endedAt: Date;
  /** From the start of the fetch to the end of the verification. */
  readonly seconds: number;
  /** Of the plain dump that was loaded. */
  readonly bytes: number;
}

/** What restores of dumps of about one size took. */
export interface TimesOfSize {
  /** In bytes of the plain dump: less than this; undefined for the largest. */
  readonly below: number | undefined;
  readonly count: number;
  /** In seconds. */
  readonly median: number;
  readonly longest: RestoreTime;
}

/** Measured times that are looked at: a year of one drill a day, and more. */
const MOST = 500;

/** @returns the newest restores of which the time and the size are known, newest first */
export async function restoreTimes({ em, scope }: Reading): Promise<RestoreTime[]> {
  const found: RestoreTime[] = [];
  for (const kind of ['drill', 'restore'] as const) {
    const rows = await readRows(
      em,
      TIMED.where(eb.and([eb('r.kind', '=', kind), ...isInScope(eb.ref('r.database_name'), scope)])).limit(MOST),
    );
    for (const { seconds, bytes, ...row } of rows) found.push({ ...row, seconds: seconds!, bytes: bytes! });
  }
  return found.sort((one, other) => other.endedAt.getTime() - one.endedAt.getTime()).slice(0, MOST);
}

/** @returns them by the size of the dump, smallest first, without the sizes that no restore had */
export function timesBySize(times: readonly RestoreTime[]): TimesOfSize[] {
  const groups = Map.groupBy(times, ({ bytes }) => BOUNDS.find(below => bytes < below));
  return [...BOUNDS, undefined].flatMap(below => {
    const some = groups.get(below)?.toSorted((one, other) => one.seconds - other.seconds);
    if (!some) return [];
    return [{ below, count: some.length, median: medianOf(some.map(({ seconds }) => seconds)), longest: some.at(-1)! }];
  });
}

const MIB = 1024 ** 2;
const BOUNDS = [10 * MIB, 100 * MIB, 1024 * MIB, 10 * 1024 * MIB, 100 * 1024 * MIB];

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

const eb = reportExpressions<'r'>();

const TIMED = query
  .selectFrom('reports as r')
  .where('r.rto_seconds', 'is not', null)
  .where('r.loaded_bytes', 'is not', null)
  .orderBy('r.ended_at', 'desc')
  .orderBy('r.id', 'desc')
  .select(['r.kind', 'r.database_name as databaseName', 'r.ended_at as endedAt'])
  .select(['r.rto_seconds as seconds', 'r.loaded_bytes as bytes']);
