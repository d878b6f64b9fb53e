import { listOf } from '../history/conditions.ts';
import { toStore } from '../history/dialect.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { type DayTotals, TOTALS, type TotalsRow, toTotals } from './daily-totals.ts';
import { dayIn, dayOf, startOf } from './day.ts';
import { type Day, lastDays } from './statistics.ts';

/**
 * The totals of some databases, day by day.
 * @returns for each id the last days up to today, oldest first, none left out
 */
export function daysOfDatabases({ em }: { em: EntityManager }, ids: readonly number[], days: number): Promise<Day[][]> {
  return someAtOnce(ids, some => daysOfSome({ em }, some, days));
}

async function daysOfSome({ em }: { em: EntityManager }, ids: readonly number[], days: number): Promise<Day[][]> {
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
export function keptOfDatabases({ em }: { em: EntityManager }, ids: readonly number[]): Promise<Kept[]> {
  return someAtOnce(ids, some => keptOfSome({ em }, some));
}

async function keptOfSome({ em }: { em: EntityManager }, ids: readonly number[]): Promise<Kept[]> {
  const rows = await readRows<{ database_id: number } & Record<'backups' | 'bytes', number | string>>(
    em,
    `select database_id, count(*) as backups, sum(size) as bytes from backups
     where database_id in ${listOf(ids)} group by database_id`,
    [...ids],
  );
  const byId = new Map(rows.map(row => [row.database_id, row]));
  return ids.map(id => ({ backups: Number(byId.get(id)?.backups ?? 0), bytes: Number(byId.get(id)?.bytes ?? 0) }));
}

/** One seek on the index for each. */
async function firstDaysOf(em: EntityManager, ids: readonly number[]): Promise<Map<number, number>> {
  const rows = await readRows<{ id: number; day: number | null }>(
    em,
    `select firsts.id, ${dayIn(em, 'firsts.sorted_at')} as day from (
      select d.id, (
        select f.sorted_at from backups f where f.database_id = d.id
        order by f.database_id, f.sorted_at, f.id limit 1
      ) as sorted_at
      from \`databases\` d where d.id in ${listOf(ids)}
    ) firsts where firsts.sorted_at is not null`,
    [...ids],
  );
  return new Map(rows.map(({ id, day }) => [id, Number(day)]));
}

/** The histories of so many databases are added up in one statement: a year of each takes some milliseconds. */
const AT_ONCE = 100;

async function someAtOnce<T>(ids: readonly number[], read: (some: readonly number[]) => Promise<T[]>): Promise<T[]> {
  const all: T[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) all.push(...(await read(ids.slice(at, at + AT_ONCE))));
  return all;
}
