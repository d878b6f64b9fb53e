import { type Expression, type SqlBool, sql } from 'kysely';
import { expressions } from './tables.ts';

export type { Expression } from 'kysely';

/** What must be so of a row. */
export type Condition = Expression<SqlBool>;

/** @returns that a value is one of these; the list may be empty */
export function isOneOf<T extends number | string>(value: Expression<T>, values: readonly T[]): Condition {
  return values.length === 0 ? eb.or([]) : sql<SqlBool>`${value} in (${sql.join(values)})`;
}

/** @returns that a column holds exactly this text. MySQL's comparison alone ignores spaces at the end. */
export function isText(column: Expression<string>, text: string): Condition {
  return eb.and([eb(column, '=', text), eb(eb.fn('octet_length', [column]), '=', Buffer.byteLength(text))]);
}

/**
 * What was removed has no file any more: it can neither be restored nor checked, and uses no space.
 * @param table the name that the query gives the backups, such as `b`
 * @returns that a backup has not been removed; one that is about to go is still there
 */
export function isPresent(table: string): Condition {
  return eb(sql.ref<Date | null>(`${table}.removed_at`), 'is', null);
}

const eb = expressions();
