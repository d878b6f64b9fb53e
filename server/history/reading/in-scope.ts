import type { Scope } from '../../auth/scope.ts';
import { isEverything, isPattern } from '../../auth/scope.ts';
import { type Condition, type Expression, isOneOf } from '../conditions.ts';
import type { EntityManager } from '../orm.ts';
import { expressions, query } from '../tables.ts';

/** What a read of the history needs: whose eyes it is for must be said each time. `EVERYTHING` is for the service itself. */
export interface Reading {
  readonly em: EntityManager;
  readonly scope: Scope;
}

/** Greater than every text that begins with the same: no character is above this one. */
const LAST_CHARACTER = '\u{10ffff}';

/** @returns that the name of a database is in scope: ranges on its index; no condition where all names are */
export function isInScope(name: Expression<string>, scope: Scope): Condition[] {
  if (isEverything(scope)) return [];
  const names = scope.filter(entry => !isPattern(entry));
  return [eb.or([isOneOf(name, names), ...scope.filter(isPattern).map(entry => beginsWith(name, entry.slice(0, -1)))])];
}

/** @returns the same of the database that a backup is of */
export function isOfScope(databaseId: Expression<number>, scope: Scope): Condition[] {
  return isEverything(scope) ? [] : [eb(databaseId, 'in', idsInScope(scope))];
}

/** @returns the ids of the databases in scope, as a query */
export function idsInScope(scope: Scope) {
  return query
    .selectFrom('databases as d')
    .select('d.id')
    .where(eb.and(isInScope(eb.ref('d.name'), scope)));
}

/** @returns that a column begins with a text, as a range on its index; the characters of patterns in it stand for themselves */
export function beginsWith(column: Expression<string>, start: string): Condition {
  return eb.and([
    eb(column, '>=', start),
    eb(column, '<', start + LAST_CHARACTER),
    // MySQL treats a name as equal to the same name with a space after it.
    eb(eb.fn('octet_length', [column]), '>=', Buffer.byteLength(start)),
  ]);
}

/** The same for MikroORM's `findOne`: undefined where all names are in scope. */
export function namesInScope(scope: Scope): NamesInScope[] | undefined {
  if (isEverything(scope)) return undefined;
  const names = scope.filter(entry => !isPattern(entry));
  const starts = scope.filter(isPattern).map(entry => entry.slice(0, -1));
  return [{ $in: names }, ...starts.map(start => ({ $gte: start, $lt: start + LAST_CHARACTER }))];
}

type NamesInScope = { $in: string[] } | { $gte: string; $lt: string };

const eb = expressions();
