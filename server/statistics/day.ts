import { isSqlite } from '../history/dialect.ts';
import type { EntityManager } from '../history/orm.ts';

const MS_PER_DAY = 86_400_000;

/** @returns days since 1970-01-01, UTC */
export function dayOf(instant: Date): number {
  return Math.floor(instant.getTime() / MS_PER_DAY);
}

/** @returns the instant at which a day begins */
export function startOf(day: number): Date {
  return new Date(day * MS_PER_DAY);
}

/** @returns an expression of SQL that is the day of a column which holds an instant */
export function dayIn(em: EntityManager, column: string): string {
  if (!isSqlite(em)) return `datediff(${column}, '1970-01-01')`;
  // A division of whole numbers cuts towards zero: it would count the last day of 1969 to the first of 1970.
  return `((${column} - (${column} % ${MS_PER_DAY} + ${MS_PER_DAY}) % ${MS_PER_DAY}) / ${MS_PER_DAY})`;
}
