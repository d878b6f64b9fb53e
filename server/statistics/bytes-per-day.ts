import type { EntityManager } from '../history/orm.ts';
import type { DailyTotals, Totals } from './daily-totals.ts';
import { dayOf } from './day.ts';

/** So many days are looked at: a week has its weekend, and a month may be too slow to see what has begun. */
const DAYS = 14;

/** The same of a service, for a page: no one waits until all days are read. */
export async function recentBytesPerDay(totals: DailyTotals, em: EntityManager, now: Date): Promise<number> {
  return bytesPerDay(await totals.recent(em, new Date(now.getTime() - DAYS * 86_400_000)), now);
}

/**
 * Finds how fast the storage grows by what it gets. What the retention removes is not subtracted: a storage that is said to be full
 * too early does less harm than one that is full unseen.
 * @returns bytes a day, the average of the last two weeks without today; of fewer days where the first backup is younger
 */
export function bytesPerDay({ byDay }: Pick<Totals, 'byDay'>, now: Date): number {
  const today = dayOf(now);
  const days = Array.from({ length: DAYS }, (_, i) => today - DAYS + i).filter(day => byDay.has(day));
  if (days.length === 0) return 0;
  const sum = days.reduce((bytes, day) => bytes + byDay.get(day)!.bytes, 0);
  return sum / (today - Math.min(...days));
}
