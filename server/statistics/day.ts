import type { HistoryManager } from '../history/history.ts';

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
export function dayIn(em: HistoryManager, column: string): string {
  return isSqlite(em) ? `(${column} / ${MS_PER_DAY})` : `datediff(${column}, '1970-01-01')`;
}

/** @returns an instant as the store compares it with a column */
export function instantFor(em: HistoryManager, instant: Date): unknown {
  return em.getPlatform().processDateProperty(instant);
}

function isSqlite(em: HistoryManager): boolean {
  return em.getPlatform().constructor.name.includes('Sqlite');
}
