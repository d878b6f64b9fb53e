import type { StoredState } from '../../../protocol/responses.ts';
import { listOf, Where } from '../../history/conditions.ts';
import { toStore } from '../../history/dialect.ts';
import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import { BACKUP_COLUMNS, type BackupRow, DATABASE_NAME, type ListedBackup, toBackup } from './listed-backup.ts';
import { SUMMARY_COLUMNS, type SummarizedBackup, type SummaryRow, toSummary } from './summarized-backup.ts';

/** Which backups; what is left out does not matter. */
export interface BackupSearch {
  /** The id of the database, in the history. */
  readonly database?: number | undefined;
  /** Its name. */
  readonly databaseName?: string | undefined;
  readonly states?: readonly StoredState[] | undefined;
  /** What it was received with, whether it is damaged since or not. */
  readonly receivedState?: StoredState | undefined;
  readonly takenFrom?: Date | undefined;
  readonly takenBefore?: Date | undefined;
  /** Of the zip, in bytes. */
  readonly minSize?: number | undefined;
  readonly maxSize?: number | undefined;
  /** What the name of the zip begins with. */
  readonly fileName?: string | undefined;
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
export async function searchBackups(
  { em }: { em: EntityManager },
  search: BackupSearch,
  page: BackupPage = {},
): Promise<ListedBackup[]> {
  const { sql, values } = pageQuery(em, search, page, `${BACKUP_COLUMNS}, ${DATABASE_NAME}`);
  return (await readRows<BackupRow>(em, sql, values)).map(toBackup);
}

/** The same, with no more of each than a list of REST tells. */
export async function searchSummaries(
  { em }: { em: EntityManager },
  search: BackupSearch,
  page: BackupPage = {},
): Promise<SummarizedBackup[]> {
  const { sql, values } = pageQuery(em, search, page, SUMMARY_COLUMNS);
  return (await readRows<SummaryRow>(em, sql, values)).map(toSummary);
}

/** @returns how many there are on all pages. Reads an entry of an index for each of them. */
export async function countBackups({ em }: { em: EntityManager }, search: BackupSearch): Promise<number> {
  const where = conditionsOf(em, search);
  const rows = await readRows<{ count: number }>(em, `select count(*) as count from backups b ${where}`, where.values);
  return Number(rows[0]!.count);
}

/**
 * @param among which rows, of `b`, when not of all
 * @returns the statement that reads some columns of a page
 */
export function pageQuery(
  em: EntityManager,
  search: BackupSearch,
  { order = NEWEST_FIRST, after, limit }: BackupPage,
  columns: string,
  among: Among = { table: 'backups b', conditions: [] },
): { sql: string; values: unknown[] } {
  const where = conditionsOf(em, search);
  for (const condition of among.conditions) where.and(...condition);
  const column = `b.${order.by === 'size' ? 'size' : 'sorted_at'}`;
  if (after) {
    const value = order.by === 'size' ? after.size : toStore(em, after.sortedAt);
    const behind = order.direction === 'asc' ? '>' : '<';
    // The first condition alone bounds the range on the index; MySQL makes no range of the second.
    where.and(`${column} ${behind}= ? and (${column} ${behind} ? or b.id ${behind} ?)`, value, value, after.id);
  }
  const end = limit === undefined ? '' : ' limit ?';
  const sql = `select ${columns} from ${among.table} ${where} order by ${column} ${order.direction}, b.id ${order.direction}${end}`;
  return { sql, values: limit === undefined ? where.values : [...where.values, limit] };
}

interface Among {
  /** Named `b`. */
  readonly table: string;
  readonly conditions: ReadonlyArray<readonly [condition: string, ...values: unknown[]]>;
}

/** Behind every text that begins with the same: there is no character above this one. */
const LAST_CHARACTER = '\u{10ffff}';

/** @returns what must be so of the table `b` */
export function conditionsOf(em: EntityManager, search: BackupSearch): Where {
  const { database, databaseName, states, receivedState, takenFrom, takenBefore, minSize, maxSize, fileName } = search;
  const where = new Where();
  if (database !== undefined) where.and('b.database_id = ?', database);
  if (databaseName !== undefined) {
    const named = new Where();
    named.andText('d.name', databaseName);
    where.and(`b.database_id = (select d.id from \`databases\` d ${named})`, ...named.values);
  }
  if (states) demandStates(where, states);
  if (receivedState) where.and('b.state = ?', receivedState);
  if (takenFrom) where.and('b.sorted_at >= ?', toStore(em, takenFrom));
  if (takenBefore) where.and('b.sorted_at < ?', toStore(em, takenBefore));
  if (minSize !== undefined) where.and('b.size >= ?', minSize);
  if (maxSize !== undefined) where.and('b.size <= ?', maxSize);
  if (fileName) {
    where.and('b.file_name >= ? and b.file_name < ?', fileName, fileName + LAST_CHARACTER);
    // MySQL treats a name as equal to the same name with a space after it.
    where.and('octet_length(b.file_name) >= ?', Buffer.byteLength(fileName));
  }
  return where;
}

/** `damaged` is no state of the row: it comes over the one that a backup was received with. */
function demandStates(where: Where, states: readonly StoredState[]): void {
  const received = states.filter(state => state !== 'damaged');
  // A single state is compared by `=`, behind which an index still has the order.
  const oneOf = received.length === 1 ? '= ?' : `in ${listOf(received)}`;
  const either = [
    ...(states.includes('damaged') ? ['b.damage is not null'] : []),
    ...(received.length > 0 ? [`b.damage is null and b.state ${oneOf}`] : []),
  ];
  where.and(either.length === 0 ? '1 = 0' : `(${either.join(' or ')})`, ...received);
}
