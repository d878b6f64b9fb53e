import type { RosterEntry } from '../entities/runs/roster-entry.entity.ts';
import { type Condition, isText } from '../history/conditions.ts';
import { countRows, readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { query, rosterExpressions } from '../history/tables.ts';

/** Which entries; what is left out does not matter. */
export interface RosterSearch {
  readonly source?: string | undefined;
  readonly database?: string | undefined;
  /** Whether it is no longer on the list. */
  readonly isGone?: boolean | undefined;
}

/** The place of an entry in the list, by database. */
export interface RosterPlace {
  readonly databaseName: string;
  readonly id: number;
}

/** An entry in a list. */
export type ListedEntry = Omit<Pick<RosterEntry, keyof RosterEntry & string>, 'list' | 'part'>;

/** Lists entries of rosters that are in scope, by the names of their databases. */
export function searchRosters(
  { em, scope }: Reading,
  search: RosterSearch,
  { limit, after }: { readonly limit: number; readonly after?: RosterPlace | undefined },
): Promise<ListedEntry[]> {
  return readEntries({ em, scope }, search, { conditions: after ? [isBehind(after)] : [], limit });
}

/** Lists those of them that are so as conditions say, by the names of their databases. */
export function readEntries(
  { em, scope }: Reading,
  search: RosterSearch,
  { conditions, limit }: { readonly conditions: readonly Condition[]; readonly limit: number },
): Promise<ListedEntry[]> {
  const entries = entriesOf({ scope }, search, conditions).select(COLUMNS);
  return readRows(em, entries.orderBy('e.database_name').orderBy('e.id').limit(limit));
}

/** Lists the entries in scope that are no longer on a list, those first that went last. */
export function searchGone(
  { em, scope }: Reading,
  search: Omit<RosterSearch, 'isGone'>,
  limit: number,
): Promise<ListedEntry[]> {
  const gone = entriesOf({ scope }, { ...search, isGone: true }, []).select(COLUMNS);
  return readRows(em, gone.orderBy('e.gone_at', 'desc').orderBy('e.id').limit(limit));
}

const COLUMNS = [
  ...(['e.id', 'e.source', 'e.shard', 'e.database_name as databaseName', 'e.every', 'e.grace'] as const),
  ...(['e.group_name as groupName', 'e.first_seen_at as firstSeenAt', 'e.last_seen_at as lastSeenAt'] as const),
  'e.gone_at as goneAt',
] as const;

/** Counts them. */
export function countRosters({ em, scope }: Reading, search: RosterSearch): Promise<number> {
  return countRows(em, entriesOf({ scope }, search, []));
}

/** @returns the query for the entries of a search in scope, without columns */
export function entriesOf({ scope }: Pick<Reading, 'scope'>, search: RosterSearch, others: readonly Condition[]) {
  const { source, database, isGone } = search;
  return query
    .selectFrom('roster_entries as e')
    .where(
      eb.and([
        ...isInScope(eb.ref('e.database_name'), scope),
        ...(source === undefined ? [] : [isText(eb.ref('e.source'), source)]),
        ...(database === undefined ? [] : [isText(eb.ref('e.database_name'), database)]),
        ...(isGone === undefined ? [] : [eb('e.gone_at', isGone ? 'is not' : 'is', null)]),
        ...others,
      ]),
    );
}

/** The first condition alone bounds the range on the index. */
export function isBehind({ databaseName, id }: RosterPlace): Condition {
  return eb.and([
    eb('e.database_name', '>=', databaseName),
    eb.or([eb('e.database_name', '>', databaseName), eb('e.id', '>', id)]),
  ]);
}

export function isUpTo({ databaseName, id }: RosterPlace): Condition {
  return eb.and([
    eb('e.database_name', '<=', databaseName),
    eb.or([eb('e.database_name', '<', databaseName), eb('e.id', '<=', id)]),
  ]);
}

const eb = rosterExpressions();
