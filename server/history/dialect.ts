import { type Expression, type RawBuilder, sql } from 'kysely';
import type { EntityManager } from './orm.ts';
import { type AuditQuery, type BackupQuery, query, type Tables } from './tables.ts';

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
  return new Date(typeof value === 'number' ? value : millisecondsIn(value));
}

/** Such as `2026-11-30 04:05:06.789`. A list has tens of thousands of them, and `Date` takes more than twice as long to read one. */
function millisecondsIn(text: string): number {
  const year = numberAt(text, 0, 4);
  // `Date.UTC` takes those for years of the twentieth century.
  if (year < 100) return Date.parse(`${text.replace(' ', 'T')}Z`);
  const [month, day] = [numberAt(text, 5, 7), numberAt(text, 8, 10)];
  const [hour, minute, second] = [numberAt(text, 11, 13), numberAt(text, 14, 16), numberAt(text, 17, 19)];
  const digits = Math.min(3, Math.max(0, text.length - 20));
  return Date.UTC(year, month - 1, day, hour, minute, second, numberAt(text, 20, 20 + digits) * 10 ** (3 - digits));
}

function numberAt(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) number = number * 10 + text.charCodeAt(at) - 48;
  return number;
}

/** @returns whether the store is SQLite; the others speak the SQL of MySQL */
export function isSqlite(em: EntityManager): boolean {
  return em.getPlatform().constructor.name.includes('Sqlite');
}

export type StoredExpression = RawBuilder<number | string>;

/** @returns the same, read as the store keeps it: its instants do not become `Date`, and are compared with what was read so */
export function asStored(value: Expression<unknown>): StoredExpression {
  return sql<number | string>`${value}`;
}

/** @returns all backups, named `b`, read by one index and no other: where a planner guesses wrong, a statement takes minutes */
export function backupsBy(em: EntityManager, index: string): BackupQuery {
  return query.selectFrom(sql<Tables['backups']>`backups`.as<'b'>(by(em, 'b', index)));
}

/** @returns the audit trail, its entries named `e`, read in the same way */
export function auditEntriesBy(em: EntityManager, index: string): AuditQuery {
  return query.selectFrom(sql<Tables['audit_entries']>`audit_entries`.as<'e'>(by(em, 'e', index)));
}

function by(em: EntityManager, name: string, index: string): RawBuilder<unknown> {
  return isSqlite(em)
    ? sql`${sql.raw(name)} indexed by ${sql.id(index)}`
    : sql`${sql.raw(name)} force index (${sql.id(index)})`;
}

const MS_PER_DAY = sql.lit(86_400_000);

/** @returns an expression that is the day of an instant, in days since 1970-01-01, UTC */
export function dayIn(em: EntityManager, instant: Expression<Date>): RawBuilder<number> {
  if (!isSqlite(em)) return sql<number>`datediff(${instant}, '1970-01-01')`;
  // A division of whole numbers cuts towards zero: it would count the last day of 1969 to the first of 1970.
  return sql<number>`((${instant} - (${instant} % ${MS_PER_DAY} + ${MS_PER_DAY}) % ${MS_PER_DAY}) / ${MS_PER_DAY})`;
}
