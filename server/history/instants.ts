import type { HistoryManager } from './history.ts';

/** @returns an instant as the store compares it with a column */
export function toStore(em: HistoryManager, instant: Date): unknown {
  return em.getPlatform().processDateProperty(instant);
}

/** @returns the instant that a column holds: SQLite has milliseconds since 1970, MySQL a text in UTC */
export function fromStore(value: number | string): Date {
  return new Date(typeof value === 'number' ? value : `${value.replace(' ', 'T')}Z`);
}

/** @returns whether the store is SQLite, whose SQL differs where days are reckoned */
export function isSqlite(em: HistoryManager): boolean {
  return em.getPlatform().constructor.name.includes('Sqlite');
}
