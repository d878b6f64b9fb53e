import { listOf } from '../history/conditions.ts';
import type { HistoryManager } from '../history/history.ts';
import { toStore } from '../history/instants.ts';
import { readRows } from '../history/read-rows.ts';
import { type DayTotals, TOTALS, type TotalsRow, toTotals } from './daily-totals.ts';
import { dayIn, dayOf, startOf } from './day.ts';
import { type Day, lastDays } from './statistics.ts';

/**
 * What came of each of some databases, day by day.
 * @returns for each id the last days up to today, oldest first, none left out
 */
export async function daysOfDatabases(
  { em }: { em: HistoryManager },
  ids: readonly number[],
  days: number,
): Promise<Day[][]> {
  const from = startOf(dayOf(new Date()) - days + 1);
  const totals = await readRows<TotalsRow & { database_id: number; day: number }>(
    em,
    `select database_id, ${dayIn(em, 'sorted_at')} as day, ${TOTALS} from backups
     where database_id in ${listOf(ids)} and sorted_at >= ? group by database_id, day`,
    [...ids, toStore(em, from)],
  );
  const byDatabase = new Map<number, Map<number, DayTotals>>(ids.map(id => [id, new Map()]));
  for (const row of totals) byDatabase.get(row.database_id)!.set(Number(row.day), toTotals(row));
  const firstDays = await firstDaysOf(em, ids);
  return ids.map(id =>
    lastDays(byDatabase.get(id)!, days).map(totals => {
      const isFailure = totals.databasesComplete === 0 && totals.day >= (firstDays.get(id) ?? Number.POSITIVE_INFINITY);
      return { ...totals, failures: isFailure ? 1 : 0 };
    }),
  );
}

/** What is kept of a database. */
export interface Kept {
  readonly backups: number;
  /** Of the zips. */
  readonly bytes: number;
}

/** @returns for each id what is kept of that database. Reads an entry of an index for each backup of them. */
export async function keptOfDatabases({ em }: { em: HistoryManager }, ids: readonly number[]): Promise<Kept[]> {
  const rows = await readRows<{ database_id: number } & Record<'backups' | 'bytes', number | string>>(
    em,
    `select database_id, count(*) as backups, sum(size) as bytes from backups
     where database_id in ${listOf(ids)} group by database_id`,
    [...ids],
  );
  const byId = new Map(rows.map(row => [row.database_id, row]));
  return ids.map(id => ({ backups: Number(byId.get(id)?.backups ?? 0), bytes: Number(byId.get(id)?.bytes ?? 0) }));
}

async function firstDaysOf(em: HistoryManager, ids: readonly number[]): Promise<Map<number, number>> {
  const rows = await readRows<{ database_id: number; day: number }>(
    em,
    `select database_id, ${dayIn(em, 'min(sorted_at)')} as day from backups
     where database_id in ${listOf(ids)} group by database_id`,
    [...ids],
  );
  return new Map(rows.map(({ database_id, day }) => [database_id, Number(day)]));
}
