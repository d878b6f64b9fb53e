import { covers, EVERYTHING, isEverything } from '../../auth/scope.ts';
import { columns } from '../../history/columns.ts';
import type { Condition } from '../../history/conditions.ts';
import { backupsBy } from '../../history/dialect.ts';
import type { EntityManager } from '../../history/orm.ts';
import { countRows, readRows } from '../../history/read-rows.ts';
import type { Reading } from '../../history/reading/in-scope.ts';
import { allBackups, type BackupQuery, expressions } from '../../history/tables.ts';
import { findFew } from './few-backups.ts';
import { databaseName, LISTED, type ListedBackup } from './listed-backup.ts';
import {
  type BackupPage,
  type BackupSearch,
  conditionsOf,
  countBackups,
  isBeyond,
  NEWEST_FIRST,
  pageOf,
  type ScopedSearch,
  searchBackups,
} from './search-backups.ts';

/** Pays for what is looked at. */
interface Budget {
  /** @throws AppError when there is not so much left */
  take(rows: number): void;
}

interface Parts extends Reading {
  readonly budget: Budget;
}

/**
 * Lists backups as `searchBackups` does. Where no index holds what is asked for in its order, it goes through an index window
 * by window: each is a statement of some milliseconds, and others have their turn between two of them.
 * @throws AppError 422 when more would have to be looked at than the budget allows
 */
export async function scanBackups(
  { em, scope, budget }: Parts,
  search: BackupSearch,
  page: BackupPage & { readonly limit: number },
): Promise<ListedBackup[]> {
  const { by, direction } = page.order ?? NEWEST_FIRST;
  if (isOfHidden({ scope, search })) return [];
  if (isOrderedByIndex({ scope, search }, by)) return searchBackups({ em, scope }, search, page);
  const within = { scope, search };
  const few = await findFew({ em, scope, budget }, search);
  if (few) return readPage(em, within, page, allBackups.where(few));
  const { limit } = page;
  const found: ListedBackup[] = [];
  const sign = direction === 'asc' ? 1 : -1;
  const keyOf = (backup: ListedBackup) => (by === 'size' ? backup.size : backup.sortedAt.getTime());
  const isByTime = by === 'takenAt';
  const start = isByTime ? page.after : undefined;
  const path = pathFor(search, isByTime);
  const first = isByTime ? limit * 4 : path.most;
  for await (const window of windows({ em, budget }, { path, direction, start, first })) {
    found.push(...(await readPage(em, within, page, backupsIn(em, window))));
    if (isByTime && found.length >= limit) break;
    // By size the best of each window compete: the index of sizes leads to rows all over the file.
    if (!isByTime && found.length > limit) {
      found.sort((a, b) => sign * (keyOf(a) - keyOf(b) || a.id - b.id));
      found.length = limit;
    }
  }
  if (!isByTime) found.sort((a, b) => sign * (keyOf(a) - keyOf(b) || a.id - b.id));
  return found.slice(0, limit);
}

/** Counts as `countBackups` does, in the same way. @throws AppError 422 */
export async function countScanned({ em, scope, budget }: Parts, search: BackupSearch): Promise<number> {
  budget.take(COUNT_ROWS);
  const within = { scope, search };
  if (isOfHidden(within)) return 0;
  if (conditionsOf({ scope: EVERYTHING, search }).length === 0) return countBackups({ em, scope }, search);
  const few = await findFew({ em, scope, budget }, search);
  if (few) return count(em, within, allBackups.where(few));
  let sum = 0;
  const path = pathFor(search, false);
  for await (const window of windows({ em, budget }, { path, direction: 'desc', first: path.most }))
    sum += await count(em, within, backupsIn(em, window));
  return sum;
}

/**
 * A database that is out of scope is not looked at: neither the time nor what is left of the budget may tell whether it exists and how
 * many backups it has.
 */
function isOfHidden({ scope, search: { databaseName: name } }: ScopedSearch): boolean {
  return name !== undefined && !covers(scope, name);
}

/** What a count weighs at least: a store counts a million entries of an index in a few milliseconds. */
const COUNT_ROWS = 50;

/** @returns whether an index has the rows one behind the other, so that no more are looked at than the page shows */
function isOrderedByIndex({ scope, search }: ScopedSearch, by: 'takenAt' | 'size'): boolean {
  // The databases of a scope lie all over an index of all backups.
  if (!isEverything(scope) && !hasDatabase(search)) return false;
  const { states, minSize, maxSize, takenFrom, takenBefore, fileName } = search;
  // No index has what is removed or pinned, and in a large history these are few.
  if (states || fileName || search.isPresent !== undefined || search.pinned) return false;
  return by === 'size' ? !takenFrom && !takenBefore : minSize === undefined && maxSize === undefined;
}

function hasDatabase({ database, databaseName }: BackupSearch): boolean {
  return database !== undefined || databaseName !== undefined;
}

/** An index to go through, in the order of time. */
interface Path {
  readonly index: string;
  /** What its first columns must be, for it to be in that order. */
  readonly search: BackupSearch;
  /** So many of its entries at a time. */
  readonly most: number;
  /** So many cost as much as a row of an answer. */
  readonly perRow: number;
}

/** All but names of files is in the one index of all times; behind the others each row is read, anywhere in the file. */
function pathFor(search: BackupSearch, isPage: boolean): Path {
  const { database, databaseName, states, takenFrom, takenBefore, fileName } = search;
  const isOfOne = hasDatabase(search);
  const [state, ...moreStates] = states ?? [];
  const times = { takenFrom, takenBefore };
  const rows = { most: 2_000, perRow: 5 };
  if (isPage && state && state !== 'damaged' && moreStates.length === 0) {
    const index = isOfOne ? 'backups_by_state_and_database' : 'backups_by_state';
    return { index, search: { ...times, database, databaseName, receivedState: state }, ...rows };
  }
  if (isOfOne)
    return { index: 'backups_database_id_sorted_at_id_index', search: { ...times, database, databaseName }, ...rows };
  const index = 'backups_by_time';
  return fileName || search.pinned
    ? { index, search: times, ...rows }
    : { index, search: times, most: 20_000, perRow: 50 };
}

interface Place {
  readonly sortedAt: Date;
  readonly id: number;
}

interface Window {
  readonly path: Path;
  readonly direction: 'asc' | 'desc';
  /** Behind this one. */
  readonly from: Place | undefined;
  /** Up to and with this one. */
  readonly to: Place | undefined;
}

interface Scan {
  readonly path: Path;
  readonly direction: 'asc' | 'desc';
  readonly start?: Place | undefined;
  /** How large the first window is; the next are larger. */
  readonly first: number;
}

/** Each is paid for before it is read. */
async function* windows(
  { em, budget }: Omit<Parts, 'scope'>,
  { path, direction, start, first }: Scan,
): AsyncGenerator<Window> {
  let from = start;
  for (let size = Math.min(first, path.most); ; size = Math.min(size * 4, path.most)) {
    budget.take(Math.ceil(size / path.perRow));
    const last = backupsBy(em, path.index)
      .select(PLACE)
      .where(
        eb.and([
          ...conditionsOf({ scope: EVERYTHING, search: path.search }),
          ...(from ? [isBehind(from, direction)] : []),
        ]),
      )
      .orderBy('b.sorted_at', direction)
      .orderBy('b.id', direction)
      .limit(1)
      .offset(size - 1);
    const [to] = await readRows(em, last);
    yield { path, direction, from, to };
    if (!to) return;
    from = to;
  }
}

function isBehind({ sortedAt, id }: Place, direction: 'asc' | 'desc'): Condition {
  return isBeyond(eb.ref('b.sorted_at'), sortedAt, { id, sign: direction === 'asc' ? '>' : '<' });
}

function isUpTo({ sortedAt, id }: Place, direction: 'asc' | 'desc'): Condition {
  return isBeyond(eb.ref('b.sorted_at'), sortedAt, { id, sign: direction === 'asc' ? '<' : '>', orThere: true });
}

function backupsIn(em: EntityManager, { path, direction, from, to }: Window): BackupQuery {
  const { receivedState } = path.search;
  const conditions = [
    ...(from ? [isBehind(from, direction)] : []),
    ...(to ? [isUpTo(to, direction)] : []),
    ...(receivedState ? [eb('b.state', '=', receivedState)] : []),
  ];
  return backupsBy(em, path.index).where(eb.and(conditions));
}

function readPage(
  em: EntityManager,
  within: ScopedSearch,
  page: BackupPage,
  among: BackupQuery,
): Promise<ListedBackup[]> {
  return readRows(em, pageOf(among.select(COLUMNS), within, page));
}

function count(em: EntityManager, within: ScopedSearch, among: BackupQuery): Promise<number> {
  return countRows(em, among.where(eb.and(conditionsOf(within))));
}

const eb = expressions<'b'>();
const COLUMNS = [...columns('b', LISTED), databaseName];
const PLACE = columns('b', ['sorted_at', 'id']);
