import type { StoredState } from '../../protocol/responses.ts';
import { hasUnacceptedLoss } from '../backups/losses/unaccepted-losses.ts';
import { LISTED, type ListedBackup } from '../backups/queries/listed-backup.ts';
import { isNotProvenSince } from '../drills/not-proven.ts';
import { columns, joined } from '../history/columns.ts';
import { type Condition, isOneOf, isText } from '../history/conditions.ts';
import { asStored, type StoredExpression } from '../history/dialect.ts';
import type { EntityManager } from '../history/orm.ts';
import { countRows, type Query, readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { expressions, query } from '../history/tables.ts';
import { latestCompleteId, latestId } from './latest-ids.ts';

/** Which databases; what is left out does not matter. */
export interface DatabaseSearch {
  readonly ids?: readonly number[] | undefined;
  /** The whole name. */
  readonly name?: string | undefined;
  /** The name comes behind this one, byte by byte. */
  readonly nameAfter?: string | undefined;
  /** The name is this one or comes before it. */
  readonly nameUpTo?: string | undefined;
  /** A part of the name; capitals do not matter, accents do. */
  readonly search?: string | undefined;
  /** What the latest backup is worth now. */
  readonly states?: readonly StoredState[] | undefined;
  /** The latest complete backup was begun before this, or the database has no complete backup. */
  readonly noCompleteSince?: Date | undefined;
  /** Whether the newest complete backup has lost something that no one has accepted. */
  readonly hasUnacceptedLoss?: boolean | undefined;
  /** No drill since then has shown that it can be restored, or a later one that it can't. */
  readonly notProvenSince?: Date | undefined;
}

export interface DatabaseOrder {
  readonly by: 'name' | 'latest' | 'latestComplete' | 'size';
  readonly direction: 'asc' | 'desc';
}

const BY_NAME: DatabaseOrder = { by: 'name', direction: 'asc' };

export interface NamedDatabase {
  readonly id: number;
  readonly name: string;
}

/** A database in a list. */
export interface FoundDatabase extends NamedDatabase {
  readonly latest: () => ListedBackup;
  readonly latestComplete: () => ListedBackup | null;
  /** What the list is ordered by, as the store has it. */
  readonly sortKey: string | number;
}

export interface DatabasePage {
  readonly order?: DatabaseOrder;
  /** What the page comes behind. */
  readonly after?: Pick<FoundDatabase, 'name' | 'sortKey'> | undefined;
  /** How many at most; undefined means all. */
  readonly limit?: number | undefined;
}

/** Lists databases with their latest backups, in one query that seeks twice on an index for each. */
export async function searchDatabases(
  { em, scope }: Reading,
  search: DatabaseSearch,
  { order = BY_NAME, after, limit }: DatabasePage = {},
): Promise<FoundDatabase[]> {
  const isByName = isOrderedByName(search, order);
  const key = sortKey(order.by);
  const [named, worth] = await conditionsOf({ em, scope }, search);
  const most = limit ?? MOST;
  // In the order of names the page is cut out before the latest backups are looked up.
  const page = isByName ? { named, order: order.direction, most } : { named, order: 'asc' as const, most: MOST };
  if (after && isByName) named.push(eb('d.name', beyond(order), after.name));
  if (after && !isByName) worth.push(isBehind(after, key, order));
  const found = withLatest(page)
    .where(eb.and(worth))
    .select(['d.id', 'd.name', key.as('sortKey'), ...columns('l', LISTED, 'l_'), ...columns('c', LISTED, 'c_')])
    .orderBy('sortKey', order.direction)
    .orderBy('d.name', order.direction)
    .limit(most);
  return (await readRows(em, found)).map(row => ({
    ...{ id: row.id, name: row.name, sortKey: row.sortKey },
    latest: () => latestIn(row)!,
    latestComplete: () => latestCompleteIn(row),
  }));
}

const latestIn = joined(LISTED, 'l_');
const latestCompleteIn = joined(LISTED, 'c_');

/** @returns whether the page depends on names alone, so that only the databases of the page are read */
export function isOrderedByName(search: DatabaseSearch, { by }: DatabaseOrder): boolean {
  const { states, noCompleteSince, hasUnacceptedLoss, notProvenSince } = search;
  return by === 'name' && !states && !noCompleteSince && hasUnacceptedLoss === undefined && !notProvenSince;
}

/** @returns how many there are on all pages */
export async function countDatabases({ em, scope }: Reading, search: DatabaseSearch): Promise<number> {
  const [named, worth] = await conditionsOf({ em, scope }, search);
  return countRows(em, withLatest({ named, order: 'asc', most: MOST }).where(eb.and(worth)));
}

/** @returns the names of all that match, in no order: a look at two backups of each, where the search is about these */
export async function matchingNames({ em, scope }: Reading, search: DatabaseSearch): Promise<string[]> {
  const [named, worth] = await conditionsOf({ em, scope }, search);
  const found =
    worth.length === 0
      ? allDatabases.where(eb.and(named)).select('d.name')
      : withLatest({ named, order: 'asc', most: MOST }).where(eb.and(worth)).select('d.name');
  return (await readRows(em, found as Query<{ name: string }>)).map(({ name }) => name);
}

/** @returns those that there are, in no order */
export function databasesById({ em }: { em: EntityManager }, ids: readonly number[]): Promise<NamedDatabase[]> {
  return readRows(em, allDatabases.select(['d.id', 'd.name']).where(isOneOf(eb.ref('d.id'), ids)));
}

/** @returns those of these names, in the same order; null for one that has no backup, or is out of scope */
export async function databasesByName(
  { em, scope }: Reading,
  names: readonly string[],
): Promise<Array<NamedDatabase | null>> {
  const conditions = [...isInScope(eb.ref('d.name'), scope), isOneOf(eb.ref('d.name'), names)];
  const found = await readRows(em, allDatabases.select(['d.id', 'd.name']).where(eb.and(conditions)));
  const byName = new Map(found.map(database => [database.name, database]));
  return names.map(name => byName.get(name) ?? null);
}

const allDatabases = query.selectFrom('databases as d');

/** More than there are. */
const MOST = Number.MAX_SAFE_INTEGER;

interface NamesPage {
  readonly named: readonly Condition[];
  readonly order: 'asc' | 'desc';
  readonly most: number;
}

/**
 * Databases `d` with their latest backup `l` and the latest complete one `c`. The limit within, if of no effect, keeps
 * MariaDB from looking for each latest backup several times.
 */
function withLatest({ named, order, most }: NamesPage) {
  const page = allDatabases
    .where(eb.and(named))
    .select(['d.id', 'd.name', latestId.as('latest_id'), latestCompleteId.as('complete_id')])
    .orderBy('d.name', order)
    .limit(most);
  return query
    .selectFrom(page.as('d'))
    .innerJoin('backups as l', 'l.id', 'd.latest_id')
    .leftJoin('backups as c', 'c.id', 'd.complete_id');
}

/** @returns what a list is ordered by, as the store has it. Without a complete backup a database is the oldest of all. */
function sortKey(by: DatabaseOrder['by']): StoredExpression {
  const keys = {
    name: eb.ref('d.name'),
    latest: eb.ref('l.sorted_at'),
    latestComplete: eb.fn.coalesce('c.sorted_at', eb.val(new Date(0))),
    size: eb.ref('l.size'),
  };
  return asStored(keys[by]);
}

function isBehind(
  { sortKey, name }: NonNullable<DatabasePage['after']>,
  key: StoredExpression,
  order: DatabaseOrder,
): Condition {
  const sign = beyond(order);
  return eb.or([eb(key, sign, sortKey), eb.and([eb(key, '=', sortKey), eb('d.name', sign, name)])]);
}

function beyond({ direction }: DatabaseOrder): '<' | '>' {
  return direction === 'asc' ? '>' : '<';
}

/** @returns what must be so of a database itself, and what of its latest backups */
async function conditionsOf(
  { em, scope }: Reading,
  search: DatabaseSearch,
): Promise<[named: Condition[], worth: Condition[]]> {
  const { ids, name, nameAfter, nameUpTo, search: part, states, noCompleteSince } = search;
  const named = [
    ...isInScope(eb.ref('d.name'), scope),
    ...(ids ? [isOneOf(eb.ref('d.id'), ids)] : []),
    ...(name === undefined ? [] : [isText(eb.ref('d.name'), name)]),
    ...(nameAfter === undefined ? [] : [eb('d.name', '>', nameAfter)]),
    ...(nameUpTo === undefined ? [] : [eb('d.name', '<=', nameUpTo)]),
  ];
  if (part) named.push(isOneOf(eb.ref('d.id'), await idsWithPart(em, named, part)));
  if (search.hasUnacceptedLoss !== undefined)
    named.push(search.hasUnacceptedLoss ? hasUnacceptedLoss : eb.not(hasUnacceptedLoss));
  if (search.notProvenSince) named.push(isNotProvenSince(search.notProvenSince));
  const worth = [
    ...(states ? [isOneOf(stateNow, states)] : []),
    ...(noCompleteSince ? [eb.or([eb('c.id', 'is', null), eb('c.sorted_at', '<', noCompleteSince)])] : []),
  ];
  return [named, worth];
}

/** Compared here, since each store knows the letters of another Unicode: SQLite those of ASCII, MySQL those of 2002. */
async function idsWithPart(em: EntityManager, among: readonly Condition[], part: string): Promise<number[]> {
  const all = await readRows(em, allDatabases.select(['d.id', 'd.name']).where(eb.and(among)));
  const folded = foldCase(part);
  return all.filter(({ name }) => foldCase(name).includes(folded)).map(({ id }) => id);
}

/** Down and up again: `ẞ`, `ß` and `SS` are alike then, and the three sigmas. @returns the text as searches compare it */
export function foldCase(text: string): string {
  return text.normalize('NFC').toLowerCase().toUpperCase();
}

const eb = expressions<'l' | 'c'>();

/** `storedState` of the latest backup. */
const stateNow = eb.case().when('l.damage', 'is', null).then(eb.ref('l.state')).else('damaged').end();
