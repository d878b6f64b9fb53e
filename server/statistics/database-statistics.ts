import { isOneOf } from '../history/conditions.ts';
import { dayIn } from '../history/dialect.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { allBackups, expressions } from '../history/tables.ts';
import { type DayTotals, storedSize, TOTALS, toTotals } from './daily-totals.ts';
import { dayOf, startOf } from './day.ts';
import { firstDayById } from './first-days.ts';
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
  const totals = await readRows(
    em,
    allBackups
      .select(TOTALS)
      .select(['b.database_id', dayIn(em, eb.ref('b.sorted_at')).as('day')])
      .where(isOneOf(eb.ref('b.database_id'), ids))
      .where('b.sorted_at', '>=', from)
      .groupBy(['b.database_id', 'day']),
  );
  const byDatabase = new Map<number, Map<number, DayTotals>>(ids.map(id => [id, new Map()]));
  for (const row of totals) byDatabase.get(row.database_id)!.set(Number(row.day), toTotals(row));
  const firstDays = await firstDayById(em, ids);
  return ids.map(id =>
    lastDays(byDatabase.get(id)!, days).map(totals => {
      const isFailure = totals.databasesComplete === 0 && totals.day >= (firstDays.get(id) ?? Number.POSITIVE_INFINITY);
      return { ...totals, failures: isFailure ? 1 : 0 };
    }),
  );
}

/** What is kept of a database. */
export interface Kept {
  /** Also those that were removed. */
  readonly backups: number;
  /** Of the zips that are still there. */
  readonly bytes: number;
}

/** @returns for each id what is kept of that database. Reads an entry of an index for each backup of them. */
export function keptOfDatabases({ em }: { em: EntityManager }, ids: readonly number[]): Promise<Kept[]> {
  return someAtOnce(ids, some => keptOfSome({ em }, some));
}

async function keptOfSome({ em }: { em: EntityManager }, ids: readonly number[]): Promise<Kept[]> {
  const rows = await readRows(em, kept.where(isOneOf(eb.ref('b.database_id'), ids)));
  const byId = new Map(rows.map(row => [row.database_id, row]));
  return ids.map(id => ({ backups: Number(byId.get(id)?.backups ?? 0), bytes: Number(byId.get(id)?.bytes ?? 0) }));
}

const eb = expressions<'b'>();

const kept = allBackups
  .select(['b.database_id', eb.fn.countAll().as('backups'), storedSize.as('bytes')])
  .groupBy('b.database_id');

/** The histories of so many databases are added up in one statement: a year of each takes some milliseconds. */
const AT_ONCE = 100;

async function someAtOnce<T>(ids: readonly number[], read: (some: readonly number[]) => Promise<T[]>): Promise<T[]> {
  const all: T[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) all.push(...(await read(ids.slice(at, at + AT_ONCE))));
  return all;
}
