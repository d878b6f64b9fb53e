import type { Backup } from '../../entities/backup.entity.ts';
import { listOf } from '../../history/conditions.ts';
import { fromStore } from '../../history/dialect.ts';
import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';

/**
 * A backup in a list: what is mostly asked for. No entity, since a list may hold thousands, and those take ten times as
 * long to make.
 */
export interface ListedBackup
  extends Readonly<Pick<Backup, 'id' | 'fileName' | 'takenAt' | 'size' | 'state' | 'damage'>> {
  readonly databaseId: number;
  /** By which lists are sorted. */
  readonly sortedAt: Date;
  /** Where the list is one of many databases' backups. */
  readonly databaseName: string | undefined;
}

const COLUMNS = ['id', 'database_id', 'file_name', 'taken_at', 'sorted_at', 'size', 'state', 'damage'] as const;

/** The columns of the table `b` that `toBackup` reads. */
export const BACKUP_COLUMNS = COLUMNS.map(name => `b.${name}`).join(', ');

/** The name of the database of `b`, beside them. Looked up for the rows of the page alone, which a join would not promise. */
export const DATABASE_NAME = '(select d.name from `databases` d where d.id = b.database_id) as database_name';

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
  get databaseName() {
    return this.row.database_name as string | undefined;
  }
  get fileName() {
    return this.row[this.names.file_name] as string;
  }
  get takenAt() {
    return fromStore(this.row[this.names.taken_at] as number | string);
  }
  get sortedAt() {
    return fromStore(this.row[this.names.sorted_at] as number | string);
  }
  get size() {
    return this.row[this.names.size] as number;
  }
  get state() {
    return this.row[this.names.state] as Backup['state'];
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
  { em }: { em: EntityManager },
  ids: readonly number[],
): Promise<Array<ListedBackup | null>> {
  const sql = `select ${BACKUP_COLUMNS} from backups b where b.id in ${listOf(ids)}`;
  const rows = await readRows<BackupRow>(em, sql, ids);
  const byId = new Map(rows.map(row => [row.id, row]));
  return ids.map(id => {
    const row = byId.get(id);
    return row ? toBackup(row) : null;
  });
}

/** @returns for each name of a zip the backup that has it, or null */
export async function backupsByName(
  { em }: { em: EntityManager },
  names: readonly string[],
): Promise<Array<ListedBackup | null>> {
  const sql = `select ${BACKUP_COLUMNS} from backups b where b.file_name in ${listOf(names)}`;
  const rows = await readRows<BackupRow & { file_name: string }>(em, sql, names);
  const byName = new Map(rows.map(row => [row.file_name, row]));
  return names.map(name => {
    const row = byName.get(name);
    return row ? toBackup(row) : null;
  });
}

/** @returns for each id the manifest of that backup as JSON, or null. May be large, each of them. */
export async function manifestsById(
  { em }: { em: EntityManager },
  ids: readonly number[],
): Promise<Array<string | null>> {
  const sql = `select id, manifest from backups where id in ${listOf(ids)}`;
  const rows = await readRows<{ id: number; manifest: string | null }>(em, sql, ids);
  const byId = new Map(rows.map(({ id, manifest }) => [id, manifest]));
  return ids.map(id => byId.get(id) ?? null);
}
