import { isEverything } from '../auth/scope.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import { type DailyTotals, type DayTotals, NO_BACKUPS } from './daily-totals.ts';
import { dayOf } from './day.ts';
import type { FirstDay } from './first-days.ts';
import { totalsOfScope } from './scoped-totals.ts';

/** The totals of one day. */
export interface Day extends DayTotals {
  /** Days since 1970-01-01, UTC. */
  readonly day: number;
  /** How many databases, first backed up on this day or before, have no complete backup of it. */
  readonly failures: number;
}

/** How much there is. */
export interface Statistics {
  readonly databases: number;
  /** Also those that were removed. */
  readonly backups: number;
  /** Of the zips that are still there. */
  readonly bytes: number;
  readonly damaged: number;
  /** Up to today, oldest first; a day without a backup is there too. */
  readonly days: Day[];
}

/** Sums up all that is kept of the databases in scope, and the last days one by one. */
export async function statistics(
  { em, scope, totals }: Reading & { totals: DailyTotals },
  days: number,
): Promise<Statistics> {
  const { byDay, firstDays } = isEverything(scope) ? await totals.read(em) : await totalsOfScope({ em, scope });
  const all = [...byDay.values()];
  const sum = (part: 'backups' | 'bytes' | 'damaged') => all.reduce((sum, day) => sum + day[part], 0);
  const series = lastDays(byDay, days);
  const known = knownOn(series, firstDays);
  return {
    databases: firstDays.reduce((sum, { databases }) => sum + databases, 0),
    backups: sum('backups'),
    bytes: sum('bytes'),
    damaged: sum('damaged'),
    days: series.map((totals, at) => ({ ...totals, failures: known[at]! - totals.databasesComplete })),
  };
}

/** @returns the last days up to today, oldest first, none left out */
export function lastDays(byDay: ReadonlyMap<number, DayTotals>, days: number): Array<DayTotals & { day: number }> {
  const today = dayOf(new Date());
  return Array.from({ length: days }, (_, at) => today - days + 1 + at).map(day => ({
    ...(byDay.get(day) ?? NO_BACKUPS),
    day,
  }));
}

/** @returns for each day of the series, which goes up, how many databases were known on it. One pass over both. */
function knownOn(series: ReadonlyArray<{ day: number }>, firstDays: readonly FirstDay[]): number[] {
  const firsts = firstDays.toSorted((a, b) => a.day - b.day);
  let [at, known] = [0, 0];
  return series.map(({ day }) => {
    for (; at < firsts.length && firsts[at]!.day <= day; at++) known += firsts[at]!.databases;
    return known;
  });
}
