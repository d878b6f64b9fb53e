import type { FreshnessState } from '../entities/freshness/watched-database.entity.ts';
import { type Condition, isOneOf } from '../history/conditions.ts';
import type { EntityManager } from '../history/orm.ts';
import { countRows, readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { aliased, query } from '../history/tables.ts';
import type { Contract } from './contract-of.ts';
import { WATCHED, type WatchedRow } from './read-facts.ts';

/** Which databases; what is left out does not matter. */
export interface WatchedSearch {
  readonly states?: readonly FreshnessState[] | undefined;
  /** The whole name. */
  readonly name?: string | undefined;
}

/** Lists watched databases by name, also those that have never had a backup. */
export function searchWatched(
  { em, scope }: Reading,
  search: WatchedSearch,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<WatchedRow[]> {
  const behind = after === undefined ? [] : [eb('w.database_name', '>', after)];
  return readRows(
    em,
    allWatched
      .select(WATCHED)
      .where(eb.and([...conditionsOf(scope, search), ...behind]))
      .orderBy('w.database_name')
      .limit(limit),
  );
}

/** @returns how many there are on all pages */
export function countWatched({ em, scope }: Reading, search: WatchedSearch): Promise<number> {
  return countRows(em, allWatched.where(eb.and(conditionsOf(scope, search))));
}

/** @returns the rows of these databases, in the same order; null for one that has not been evaluated yet */
export async function watchedByName(em: EntityManager, names: readonly string[]): Promise<Array<WatchedRow | null>> {
  const rows = await readRows(em, allWatched.select(WATCHED).where(isOneOf(eb.ref('w.database_name'), names)));
  const byName = new Map(rows.map(row => [row.database_name, row]));
  return names.map(name => byName.get(name) ?? null);
}

/** @returns the contract that the last evaluation went by */
export function contractIn({ contract }: Pick<WatchedRow, 'contract'>): Contract {
  return JSON.parse(contract);
}

function conditionsOf(scope: Reading['scope'], { states, name }: WatchedSearch): Condition[] {
  return [
    ...isInScope(eb.ref('w.database_name'), scope),
    ...(states ? [isOneOf(eb.ref('w.state'), states)] : []),
    ...(name === undefined ? [] : [eb('w.database_name', '=', name)]),
  ];
}

const allWatched = query.selectFrom('watched_databases as w');

const eb = aliased<{ w: 'watched_databases' }>();
