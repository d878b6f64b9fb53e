import { listOf } from '../history/conditions.ts';
import type { HistoryManager } from '../history/history.ts';
import { fromStore } from '../history/instants.ts';
import type { Backup } from './backup.entity.ts';

type Listed =
  | ('id' | 'fileName' | 'takenAt' | 'receivedAt' | 'size' | 'sha256' | 'state')
  | ('findings' | 'dumpSize' | 'dumpSha256' | 'checkedAt' | 'damage');

/**
 * A backup in a list: all but its manifest, which may be large. No entity, since a list may hold thousands, and those take
 * ten times as long to make.
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
export function joinedBackup(row: object, table: 'l' | 'c'): ListedBackup {
  return new RowBackup(row as Row, JOINED[table]);
}

type Row = Readonly<Record<string, unknown>>;
type Names = Readonly<Record<(typeof COLUMNS)[number], string>>;

const OWN = namesIn('');
const JOINED = { l: namesIn('l_'), c: namesIn('c_') };

function namesIn(prefix: string): Names {
  return Object.fromEntries(COLUMNS.map(name => [name, prefix + name])) as Names;
}

/** Reads the row when it is asked: of two thousand in a list mostly three or four columns are. */
class RowBackup implements ListedBackup {
  readonly row: Row;
  readonly names: Names;

  constructor(row: Row, names: Names) {
    this.row = row;
    this.names = names;
  }
  get id() {
    return this.row[this.names.id] as number;
  }
  get databaseId() {
    return this.row[this.names.database_id] as number;
  }
  get fileName() {
    return this.row[this.names.file_name] as string;
  }
  get takenAt() {
    return fromStore(this.row[this.names.taken_at] as number | string);
  }
  get receivedAt() {
    return fromStore(this.row[this.names.received_at] as number | string);
  }
  get size() {
    return this.row[this.names.size] as number;
  }
  get sha256() {
    return this.row[this.names.sha256] as string;
  }
  get state() {
    return this.row[this.names.state] as Backup['state'];
  }
  get findings() {
    return this.row[this.names.findings] as string | null;
  }
  get dumpSize() {
    return this.row[this.names.dump_size] as number | null;
  }
  get dumpSha256() {
    return this.row[this.names.dump_sha256] as string | null;
  }
  get checkedAt() {
    const checkedAt = this.row[this.names.checked_at] as number | string | null;
    return checkedAt === null ? null : fromStore(checkedAt);
  }
  get damage() {
    return this.row[this.names.damage] as string | null;
  }
}

export type BackupRow = Readonly<Record<(typeof COLUMNS)[number], unknown>> & { readonly id: number };

/** @returns what a row of `BACKUP_COLUMNS` holds */
export function toBackup(row: BackupRow): ListedBackup {
  return new RowBackup(row as unknown as Row, OWN);
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

/** @returns for each id the manifest of that backup as JSON, or null. May be large, each of them. */
export async function manifestsById(
  { em }: { em: HistoryManager },
  ids: readonly number[],
): Promise<Array<string | null>> {
  const sql = `select id, manifest from backups where id in ${listOf(ids)}`;
  const rows = await em.execute<Array<{ id: number; manifest: string | null }>>(sql, [...ids]);
  const byId = new Map(rows.map(({ id, manifest }) => [id, manifest]));
  return ids.map(id => byId.get(id) ?? null);
}
