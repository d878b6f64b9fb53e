import type { EntityManager } from './orm.ts';

/** @returns an instant as the store compares it with a column */
export function toStore(em: EntityManager, instant: Date): unknown {
  const time = Math.min(Math.max(instant.getTime(), FIRST_INSTANT), LAST_INSTANT);
  return em.getPlatform().processDateProperty(new Date(time));
}

/** MySQL knows no others; an instant beyond them is compared as the first or the last. */
const FIRST_INSTANT = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');

/** @returns the instant that a column holds: SQLite has milliseconds since 1970, MySQL a text in UTC */
export function fromStore(value: number | string): Date {
  return new Date(typeof value === 'number' ? value : `${value.replace(' ', 'T')}Z`);
}

/** @returns whether the store is SQLite, whose SQL differs where days are reckoned */
export function isSqlite(em: EntityManager): boolean {
  return em.getPlatform().constructor.name.includes('Sqlite');
}
