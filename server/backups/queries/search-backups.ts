import type { BackupState } from '../../../protocol/finding.ts';
import type { StoredState } from '../../../protocol/responses.ts';
import type { Scope } from '../../auth/scope.ts';
import { type Condition, type Expression, isOneOf, isPresent, isText } from '../../history/conditions.ts';
import { countRows, readRows } from '../../history/read-rows.ts';
import { beginsWith, isOfScope, type Reading } from '../../history/reading/in-scope.ts';
import { aliased, allBackups, type BackupQuery, expressions, query } from '../../history/tables.ts';
import { databaseName, type ListedBackup, listedBackups } from './listed-backup.ts';
import { type SummarizedBackup, summarizedBackups } from './summarized-backup.ts';

/** Which backups; what is left out does not matter. */
export interface BackupSearch {
  /** The id of the database, in the history. */
  readonly database?: number | undefined;
  /** Its name. */
  readonly databaseName?: string | undefined;
  readonly states?: readonly StoredState[] | undefined;
  /** What it was received with, whether it is damaged since or not. */
  readonly receivedState?: BackupState | undefined;
  readonly takenFrom?: Date | undefined;
  readonly takenBefore?: Date | undefined;
  /** Of the zip, in bytes. */
  readonly minSize?: number | undefined;
  readonly maxSize?: number | undefined;
  /** What the name of the zip begins with. */
  readonly fileName?: string | undefined;
  /** Whether it was not removed. */
  readonly isPresent?: boolean | undefined;
  /** Whether a pin or a legal hold keeps it at that time. */
  readonly pinned?: { readonly is: boolean; readonly at: Date } | undefined;
}

/** A search, and for whose eyes it is. */
export interface ScopedSearch {
  readonly scope: Scope;
  readonly search: BackupSearch;
}

/** By what backups are put in order, and by their ids where they are alike in it. `takenAt` is the time by which they are sorted. */
export interface BackupOrder {
  readonly by: 'takenAt' | 'size';
  readonly direction: 'asc' | 'desc';
}

export const NEWEST_FIRST: BackupOrder = { by: 'takenAt', direction: 'desc' };

/** A place in a list: behind the backup that has these. */
export type BackupPlace = Pick<ListedBackup, 'id' | 'sortedAt' | 'size'>;

export interface BackupPage {
  readonly order?: BackupOrder;
  readonly after?: BackupPlace | undefined;
  /** How many at most; undefined means all. */
  readonly limit?: number | undefined;
}

/** Lists backups, those of one page, with the names of their databases. The time does not grow with what lies before the page. */
export function searchBackups(
  { em, scope }: Reading,
  search: BackupSearch,
  page: BackupPage = {},
): Promise<ListedBackup[]> {
  return readRows(em, pageOf(NAMED, { scope, search }, page));
}

const NAMED = listedBackups.select(databaseName);

/** The same, with the few columns of each that a list of REST shows. */
export function searchSummaries(
  { em, scope }: Reading,
  search: BackupSearch,
  page: BackupPage = {},
): Promise<SummarizedBackup[]> {
  return readRows(em, pageOf(summarizedBackups, { scope, search }, page));
}

/** @returns how many there are on all pages. Reads an entry of an index for each of them. */
export function countBackups({ em, scope }: Reading, search: BackupSearch): Promise<number> {
  return countRows(em, allBackups.where(eb.and(conditionsOf({ scope, search }))));
}

/**
 * @param backups those among which to search, with the columns that are wanted
 * @param within the scope and the search
 * @returns the query for one page of them
 */
export function pageOf<Columns>(
  backups: BackupQuery<Columns>,
  within: ScopedSearch,
  { order = NEWEST_FIRST, after, limit }: BackupPage,
): BackupQuery<Columns> {
  const { by, direction } = order;
  const found = backups
    .where(eb.and([...conditionsOf(within), ...(after ? [isBehind(after, order)] : [])]))
    .orderBy(by === 'size' ? 'b.size' : 'b.sorted_at', direction)
    .orderBy('b.id', direction);
  return limit === undefined ? found : found.limit(limit);
}

function isBehind({ id, sortedAt, size }: BackupPlace, { by, direction }: BackupOrder): Condition {
  const sign = direction === 'asc' ? '>' : '<';
  return by === 'size'
    ? isBeyond(eb.ref('b.size'), size, { id, sign })
    : isBeyond(eb.ref('b.sorted_at'), sortedAt, { id, sign });
}

/**
 * @param id decides between backups of the same value
 * @returns that `b` is beyond the place of that value and id, or stands there if `orThere`
 */
export function isBeyond(
  column: Expression<Date | number>,
  value: Date | number,
  { id, sign, orThere = false }: { readonly id: number; readonly sign: '<' | '>'; readonly orThere?: boolean },
): Condition {
  // The first condition alone bounds the range on the index; MySQL makes no range of the second.
  return eb.and([
    eb(column, `${sign}=`, value),
    eb.or([eb(column, sign, value), eb('b.id', orThere ? `${sign}=` : sign, id)]),
  ]);
}

/** @returns what must be so of the backup `b`, all of it */
export function conditionsOf({ scope, search }: ScopedSearch): Condition[] {
  const { database, databaseName, states, receivedState, takenFrom, takenBefore, minSize, maxSize, fileName } = search;
  const present = search.isPresent === undefined ? [] : [isPresent('b')];
  return [
    ...(search.isPresent === false ? present.map(is => eb.not(is)) : present),
    ...(search.pinned ? [isPinned(search.pinned)] : []),
    ...isOfScope(eb.ref('b.database_id'), scope),
    ...(database === undefined ? [] : [eb('b.database_id', '=', database)]),
    ...(databaseName === undefined ? [] : [eb('b.database_id', '=', idOf(databaseName))]),
    ...(states ? [isOneOfStates(states)] : []),
    ...(receivedState ? [eb('b.state', '=', receivedState)] : []),
    ...(takenFrom ? [eb('b.sorted_at', '>=', takenFrom)] : []),
    ...(takenBefore ? [eb('b.sorted_at', '<', takenBefore)] : []),
    ...(minSize === undefined ? [] : [eb('b.size', '>=', minSize)]),
    ...(maxSize === undefined ? [] : [eb('b.size', '<=', maxSize)]),
    ...(fileName ? [beginsWith(eb.ref('b.file_name'), fileName)] : []),
  ];
}

function isPinned({ is, at }: NonNullable<BackupSearch['pinned']>): Condition {
  const active = query
    .selectFrom('pins as p')
    .select('p.id')
    .where(pin('p.backup_id', '=', pin.ref('b.id')))
    .where('p.released_at', 'is', null)
    .where(pin.or([pin('p.ends_at', 'is', null), pin('p.ends_at', '>', at)]));
  const exists = eb.exists(active);
  return is ? exists : eb.not(exists);
}

function idOf(databaseName: string) {
  return databaseIds.where(isText(eb.ref('d.name'), databaseName));
}

/** `damaged` is no state of the row: it comes over the one that a backup was received with. */
function isOneOfStates(states: readonly StoredState[]): Condition {
  const received = states.filter(state => state !== 'damaged');
  const [first, ...more] = received;
  const isOf =
    first === undefined || more.length > 0
      ? isOneOf(eb.ref('b.state'), received)
      : // A single state is compared by `=`, behind which an index still has the order.
        eb('b.state', '=', first);
  return eb.or([
    ...(states.includes('damaged') ? [eb('b.damage', 'is not', null)] : []),
    ...(received.length > 0 ? [eb.and([eb('b.damage', 'is', null), isOf])] : []),
  ]);
}

const eb = expressions<'b'>();
const pin = aliased<{ p: 'pins'; b: 'backups' }>();
const databaseIds = query.selectFrom('databases as d').select('d.id');
