import type { StoredState } from '../../protocol/responses.ts';
import { HAS_UNACCEPTED_LOSS } from '../backups/losses/unaccepted-losses.ts';
import { joinedBackup, joinedColumns, type ListedBackup } from '../backups/queries/listed-backup.ts';
import { listOf, Where } from '../history/conditions.ts';
import { toStore } from '../history/dialect.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';

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
}

export interface DatabaseOrder {
  readonly by: 'name' | 'latest' | 'latestComplete' | 'size';
  readonly direction: 'asc' | 'desc';
}

export const BY_NAME: DatabaseOrder = { by: 'name', direction: 'asc' };

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
  { em }: { em: EntityManager },
  search: DatabaseSearch,
  { order = BY_NAME, after, limit }: DatabasePage = {},
): Promise<FoundDatabase[]> {
  const [named, worth] = await conditionsOf(em, search);
  const key = sortKey(em, order.by);
  const isByName = isOrderedByName(search, order);
  if (after) {
    const beyond = order.direction === 'asc' ? '>' : '<';
    const { sortKey, name } = after;
    if (isByName) named.and(`d.name ${beyond} ?`, name);
    else worth.and(`(${key} ${beyond} ? or (${key} = ? and d.name ${beyond} ?))`, sortKey, sortKey, name);
  }
  const end = `order by sort_key ${order.direction}, d.name ${order.direction} limit ?`;
  const page = isByName ? `order by d.name ${order.direction} limit ?` : ALL;
  const sql = `select d.id, d.name, ${key} as sort_key, ${joinedColumns('l')}, ${joinedColumns('c')}
    ${from(named, page)} ${worth} ${end}`;
  const most = limit ?? MOST;
  const values = [...named.values, ...(isByName ? [most] : []), ...worth.values, most];
  return (await readRows<Row>(em, sql, values)).map(toFound);
}

/** @returns whether names alone tell which page it is, so that no more databases than that are looked at */
export function isOrderedByName(search: DatabaseSearch, { by }: DatabaseOrder): boolean {
  const { states, noCompleteSince, hasUnacceptedLoss } = search;
  return by === 'name' && !states && !noCompleteSince && hasUnacceptedLoss === undefined;
}

function toFound(row: Row): FoundDatabase {
  return {
    ...{ id: row.id, name: row.name, sortKey: row.sort_key },
    latest: () => joinedBackup(row, 'l'),
    latestComplete: () => (row.c_id === null ? null : joinedBackup(row, 'c')),
  };
}

/** @returns how many there are on all pages */
export async function countDatabases({ em }: { em: EntityManager }, search: DatabaseSearch): Promise<number> {
  const [named, worth] = await conditionsOf(em, search);
  const sql = `select count(*) as count ${from(named, ALL)} ${worth}`;
  const rows = await readRows<{ count: number }>(em, sql, [...named.values, ...worth.values]);
  return Number(rows[0]!.count);
}

/** @returns those that there are, in no order */
export async function databasesById({ em }: { em: EntityManager }, ids: readonly number[]): Promise<NamedDatabase[]> {
  return readRows<NamedDatabase>(em, `select id, name from \`databases\` where id in ${listOf(ids)}`, ids);
}

interface Row {
  readonly id: number;
  readonly name: string;
  readonly sort_key: string | number;
  readonly c_id: number | null;
}

/**
 * The latest backup of the database `d`: one entry off the end of (database_id, sorted_at, id). MySQL sees that no more is
 * needed only when `database_id` is in the order, where it changes nothing: without, it sorts the whole history. All
 * dialects quote with backticks.
 */
export const LATEST_ID = `
    select latest.id from backups latest where latest.database_id = d.id
    order by latest.database_id desc, latest.sorted_at desc, latest.id desc limit 1`;

/** The newest complete backup of the database `d` whose stored file is sound. */
export const LATEST_COMPLETE_ID = `
    select sound.id from backups sound
    where sound.database_id = d.id and sound.state = 'complete' and sound.damage is null
    order by sound.database_id desc, sound.sorted_at desc, sound.id desc limit 1`;

/** More than there are. */
const MOST = Number.MAX_SAFE_INTEGER;
const ALL = `order by d.name limit ${MOST}`;

/** The limit within, if of no effect, keeps MariaDB from looking for each latest backup several times. */
function from(named: Where, page: string): string {
  return `from (
    select d.id, d.name, (${LATEST_ID}) as latest_id, (${LATEST_COMPLETE_ID}) as complete_id from \`databases\` d ${named} ${page}
  ) d
  join backups l on l.id = d.latest_id
  left join backups c on c.id = d.complete_id`;
}

/** @returns what a list is ordered by. Without a complete backup a database is the oldest of all. */
function sortKey(em: EntityManager, by: DatabaseOrder['by']): string {
  const never = em.getPlatform().quoteValue(toStore(em, new Date(0)));
  const keys = {
    name: 'd.name',
    latest: 'l.sorted_at',
    latestComplete: `coalesce(c.sorted_at, ${never})`,
    size: 'l.size',
  };
  return keys[by];
}

/** @returns what must be so of a database itself, and what of its latest backups */
async function conditionsOf(em: EntityManager, search: DatabaseSearch): Promise<[named: Where, worth: Where]> {
  const { ids, name, nameAfter, nameUpTo, search: part, states, noCompleteSince, hasUnacceptedLoss } = search;
  const [named, worth] = [new Where(), new Where()];
  if (ids) named.and(`d.id in ${listOf(ids)}`, ...ids);
  if (name !== undefined) named.andText('d.name', name);
  if (nameAfter !== undefined) named.and('d.name > ?', nameAfter);
  if (nameUpTo !== undefined) named.and('d.name <= ?', nameUpTo);
  if (part) named.and(`d.id in (${(await idsWithPart(em, named, part)).join(', ') || 'null'})`);
  if (hasUnacceptedLoss !== undefined) named.and(`${hasUnacceptedLoss ? '' : 'not '}(${HAS_UNACCEPTED_LOSS})`);
  if (states) worth.and(`case when l.damage is null then l.state else 'damaged' end in ${listOf(states)}`, ...states);
  if (noCompleteSince) worth.and('(c.id is null or c.sorted_at < ?)', toStore(em, noCompleteSince));
  return [named, worth];
}

/** Compared here, since each store knows the letters of another Unicode: SQLite those of ASCII, MySQL those of 2002. */
async function idsWithPart(em: EntityManager, among: Where, part: string): Promise<number[]> {
  const all = await readRows<NamedDatabase>(em, `select d.id, d.name from \`databases\` d ${among}`, among.values);
  const folded = foldCase(part);
  return all.filter(({ name }) => foldCase(name).includes(folded)).map(({ id }) => id);
}

/** Down and up again: `ẞ`, `ß` and `SS` are alike then, and the three sigmas. */
function foldCase(text: string): string {
  return text.normalize('NFC').toLowerCase().toUpperCase();
}
