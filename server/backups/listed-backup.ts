import { listOf } from '../history/conditions.ts';
import type { HistoryManager } from '../history/history.ts';
import { fromStore } from '../history/instants.ts';
import type { Backup } from './backup.entity.ts';

type Listed =
  | ('id' | 'fileName' | 'takenAt' | 'receivedAt' | 'size' | 'sha256' | 'state')
  | ('findings' | 'dumpSize' | 'dumpSha256' | 'checkedAt' | 'damage');

/**
 * A backup in a list: all but its manifest, which may be large. Plain, since a list may hold thousands, and entities take
 * several times as long to make.
 */
export interface ListedBackup extends Readonly<Pick<Backup, Listed>> {
  readonly databaseId: number;
}

const COLUMNS = [
  ...['id', 'database_id', 'file_name', 'taken_at', 'received_at', 'size', 'sha256', 'state'],
  ...['findings', 'dump_size', 'dump_sha256', 'checked_at', 'damage'],
] as const;

/** The columns of the table `b` that `toBackup` reads. */
export const BACKUP_COLUMNS = COLUMNS.map(name => `b.${name}`).join(', ');

/** @returns the same columns of another table, for `joinedBackup`: named apart from those that stand beside them */
export function joinedColumns(table: string): string {
  return COLUMNS.map(name => `${table}.${name} as ${table}_${name}`).join(', ');
}

/** @returns the backup of that table in a row of several */
export function joinedBackup(row: object, table: string): ListedBackup {
  const columns = row as Record<string, unknown>;
  return toBackup(Object.fromEntries(COLUMNS.map(name => [name, columns[`${table}_${name}`]])) as unknown as BackupRow);
}

export interface BackupRow {
  readonly id: number;
  readonly database_id: number;
  readonly file_name: string;
  readonly taken_at: number | string;
  readonly received_at: number | string;
  readonly size: number;
  readonly sha256: string;
  readonly state: Backup['state'];
  readonly findings: string | null;
  readonly dump_size: number | null;
  readonly dump_sha256: string | null;
  readonly checked_at: number | string | null;
  readonly damage: string | null;
}

/** @returns what a row of `BACKUP_COLUMNS` holds */
export function toBackup(row: BackupRow): ListedBackup {
  return {
    id: row.id,
    databaseId: row.database_id,
    fileName: row.file_name,
    takenAt: fromStore(row.taken_at),
    receivedAt: fromStore(row.received_at),
    size: row.size,
    sha256: row.sha256,
    state: row.state,
    findings: row.findings,
    dumpSize: row.dump_size,
    dumpSha256: row.dump_sha256,
    checkedAt: row.checked_at === null ? null : fromStore(row.checked_at),
    damage: row.damage,
  };
}

/** The little that a list of REST tells of a backup. */
export type BackupSummaryRow = Pick<BackupRow, 'id' | 'file_name' | 'taken_at' | 'state' | 'damage'>;
export type SummarizedBackup = Pick<ListedBackup, 'id' | 'fileName' | 'takenAt' | 'state' | 'damage'>;

/** The columns of the table `b` that `toSummary` reads. */
export const SUMMARY_COLUMNS = 'b.id, b.file_name, b.taken_at, b.state, b.damage';

/** @returns what a row of `SUMMARY_COLUMNS` holds */
export function toSummary({ id, file_name, taken_at, state, damage }: BackupSummaryRow): SummarizedBackup {
  return { id, fileName: file_name, takenAt: fromStore(taken_at), state, damage };
}

/** @returns for each id the backup that has it, or null */
export async function backupsById(
  { em }: { em: HistoryManager },
  ids: readonly number[],
): Promise<Array<ListedBackup | null>> {
  const sql = `select ${BACKUP_COLUMNS} from backups b where b.id in ${listOf(ids)}`;
  const rows = await em.execute<BackupRow[]>(sql, [...ids]);
  const byId = new Map(rows.map(row => [row.id, row]));
  return ids.map(id => {
    const row = byId.get(id);
    return row ? toBackup(row) : null;
  });
}
