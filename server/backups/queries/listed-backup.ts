import { columns, type Selected } from '../../history/columns.ts';
import { isOneOf } from '../../history/conditions.ts';
import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import { isOfScope, type Reading } from '../../history/reading/in-scope.ts';
import { allBackups, expressions, query } from '../../history/tables.ts';

/**
 * What a list has of each backup: what is usually asked for. No entity, since a list may hold thousands, and those take ten
 * times as long to make.
 */
export const LISTED = [
  'id',
  'database_id',
  'file_name',
  'taken_at',
  'sorted_at',
  'size',
  'state',
  'damage',
  'removed_at',
] as const;

/** A backup in a list. */
export interface ListedBackup extends Selected<(typeof LISTED)[number]> {
  /** Where the list is one of many databases' backups. */
  readonly databaseName?: string;
}

const eb = expressions<'b'>();

/** The name of the database of `b`. Looked up for the rows of the page alone, which a join would not promise. */
export const databaseName = query
  .selectFrom('databases as d')
  .select('d.name')
  .where(eb('d.id', '=', eb.ref('b.database_id')))
  .$asScalar()
  .$notNull()
  .as('databaseName');

/** All backups, as lists have them. */
export const listedBackups = allBackups.select(columns('b', LISTED));

/** @returns for each id the backup that has it, or null */
export async function backupsById({ em, scope }: Reading, ids: readonly number[]): Promise<Array<ListedBackup | null>> {
  const found = listedBackups.where(
    eb.and([isOneOf(eb.ref('b.id'), ids), ...isOfScope(eb.ref('b.database_id'), scope)]),
  );
  const byId = new Map((await readRows(em, found)).map(backup => [backup.id, backup]));
  return ids.map(id => byId.get(id) ?? null);
}

/** @returns for each name of a zip the backup that has it, or null */
export async function backupsByName(
  { em, scope }: Reading,
  names: readonly string[],
): Promise<Array<ListedBackup | null>> {
  const found = listedBackups.where(
    eb.and([isOneOf(eb.ref('b.file_name'), names), ...isOfScope(eb.ref('b.database_id'), scope)]),
  );
  const byName = new Map((await readRows(em, found)).map(backup => [backup.fileName, backup]));
  return names.map(name => byName.get(name) ?? null);
}

/** @returns for each id the manifest of that backup as JSON, or null. May be large, each of them. */
export async function manifestsById(
  { em }: { em: EntityManager },
  ids: readonly number[],
): Promise<Array<string | null>> {
  const found = allBackups.select(['b.id', 'b.manifest']).where(isOneOf(eb.ref('b.id'), ids));
  const byId = new Map((await readRows(em, found)).map(({ id, manifest }) => [id, manifest]));
  return ids.map(id => byId.get(id) ?? null);
}
