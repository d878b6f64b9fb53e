import { type Expression, type SqlBool, sql } from 'kysely';
import { expressions } from './tables.ts';

export type { Expression } from 'kysely';

/** What must be so of a row. */
export type Condition = Expression<SqlBool>;

/** @returns that a value is one of these, of which there may be none */
export function isOneOf<T extends number | string>(value: Expression<T>, values: readonly T[]): Condition {
  return values.length === 0 ? eb.or([]) : sql<SqlBool>`${value} in (${sql.join(values)})`;
}

/** @returns that a column holds exactly this text. MySQL's comparison alone ignores spaces at the end. */
export function isText(column: Expression<string>, text: string): Condition {
  return eb.and([eb(column, '=', text), eb(eb.fn('octet_length', [column]), '=', Buffer.byteLength(text))]);
}

const eb = expressions();

/** What the rows of a query must fulfil, all of it, with the values that stand for its question marks. */
export class Where {
  readonly #conditions: string[] = [];
  readonly values: unknown[] = [];

  and(condition: string, ...values: readonly unknown[]): void {
    this.#conditions.push(condition);
    this.values.push(...values);
  }

  /** That a column holds just this text. MySQL's comparison alone takes no notice of spaces at the end. */
  andText(column: string, text: string): void {
    this.and(`${column} = ? and octet_length(${column}) = ?`, text, Buffer.byteLength(text));
  }

  get isEmpty(): boolean {
    return this.#conditions.length === 0;
  }

  /** @returns the clause, or nothing without conditions */
  toString(): string {
    return this.#conditions.length === 0 ? '' : `where ${this.#conditions.join(' and ')}`;
  }
}

/** @returns the list behind `in` for so many values; for none one that holds nothing */
export function listOf(values: readonly unknown[]): string {
  return values.length === 0 ? '(null)' : `(${values.map(() => '?').join(', ')})`;
}
