import type { ObjectQuery, QueryOrderMap } from '@mikro-orm/core';
import type { StoredState } from '../../protocol/responses.ts';
import type { HistoryManager } from '../history/history.ts';
import { Backup } from './backup.entity.ts';

/** Which backups; what is left out does not matter. */
export interface BackupSearch {
  /** The id of the database, in the history. */
  readonly database?: number | undefined;
  readonly states?: readonly StoredState[] | undefined;
  readonly takenFrom?: Date | undefined;
  readonly takenBefore?: Date | undefined;
  /** Of the zip, in bytes. */
  readonly minSize?: number | undefined;
  readonly maxSize?: number | undefined;
  /** What the name of the zip begins with. */
  readonly fileName?: string | undefined;
}

/** By what backups are put in order, and by their ids where they are alike in it. */
export interface BackupOrder {
  readonly by: 'takenAt' | 'size';
  readonly direction: 'asc' | 'desc';
}

export const NEWEST_FIRST: BackupOrder = { by: 'takenAt', direction: 'desc' };

/** A place in a list: behind the backup that has these. */
export type BackupPlace = Pick<Backup, 'id' | 'takenAt' | 'size'>;

export interface BackupPage {
  readonly order?: BackupOrder;
  readonly after?: BackupPlace | undefined;
  /** How many at most; undefined means all. */
  readonly limit?: number | undefined;
}

/** Lists backups, those of one page. The time does not grow with what lies before the page. */
export async function searchBackups(
  { em }: { em: HistoryManager },
  search: BackupSearch,
  page: BackupPage = {},
): Promise<Backup[]> {
  const { where, orderBy } = queryOf(search, page);
  return em.find(Backup, where, { orderBy, ...(page.limit !== undefined && { limit: page.limit }) });
}

/** @returns how many there are on all pages. Reads an entry of an index for each of them. */
export async function countBackups({ em }: { em: HistoryManager }, search: BackupSearch): Promise<number> {
  return em.count(Backup, conditionOf(search));
}

/** @returns what the ORM is asked for a page */
export function queryOf(search: BackupSearch, { order = NEWEST_FIRST, after }: BackupPage) {
  const { by, direction } = order;
  const where: ObjectQuery<Backup> = after
    ? { $and: [conditionOf(search), behind(after, order)] }
    : conditionOf(search);
  const orderBy: QueryOrderMap<Backup>[] = [{ [by]: direction }, { id: direction }];
  return { where, orderBy };
}

/** Behind every text that begins with the same: there is no character above this one. */
const LAST_CHARACTER = '\u{10ffff}';

function conditionOf(search: BackupSearch): ObjectQuery<Backup> {
  const { database, states, takenFrom, takenBefore, minSize, maxSize, fileName } = search;
  const taken = { ...(takenFrom && { $gte: takenFrom }), ...(takenBefore && { $lt: takenBefore }) };
  const size = { ...(minSize !== undefined && { $gte: minSize }), ...(maxSize !== undefined && { $lte: maxSize }) };
  return {
    ...(database !== undefined && { database }),
    ...(states && inStates(states)),
    ...(Object.keys(taken).length > 0 && { takenAt: taken }),
    ...(Object.keys(size).length > 0 && { size }),
    ...(fileName && { fileName: { $gte: fileName, $lt: fileName + LAST_CHARACTER } }),
  };
}

/** `damaged` is no state of the row: it comes over the one that a backup was received with. */
function inStates(states: readonly StoredState[]): ObjectQuery<Backup> {
  const received = states.filter(state => state !== 'damaged');
  const sound = { damage: null, ...oneOf(received) };
  if (!states.includes('damaged')) return sound;
  return received.length === 0 ? { damage: { $ne: null } } : { $or: [{ damage: { $ne: null } }, sound] };
}

/** A single state is compared by `=`, behind which an index still has the order. */
function oneOf<State>(states: readonly State[]) {
  return { state: states.length === 1 ? states[0]! : { $in: [...states] } };
}

/** The first condition alone bounds the range on the index; MySQL makes no range of the second. */
function behind(place: BackupPlace, { by, direction }: BackupOrder): ObjectQuery<Backup> {
  const value = place[by];
  return direction === 'desc'
    ? { [by]: { $lte: value }, $or: [{ [by]: { $lt: value } }, { id: { $lt: place.id } }] }
    : { [by]: { $gte: value }, $or: [{ [by]: { $gt: value } }, { id: { $gt: place.id } }] };
}
