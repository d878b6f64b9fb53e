import { EVERYTHING } from '../../auth/scope.ts';
import { forEachId } from '../../history/for-each-id.ts';
import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import { type ListedBackup, listedBackups } from './listed-backup.ts';
import { type BackupPage, pageOf, searchBackups } from './search-backups.ts';

/** So many histories are asked for in one statement: SQLite takes no more than 500. */
const AT_ONCE = 250;
/** And so many rows: more would take too long, with everyone else waiting. */
const ROWS_AT_ONCE = 2_500;

/**
 * Lists the same page of the histories of some databases.
 * @param ids of the databases, which the caller has found in its scope
 * @returns for each id its backups
 */
export async function searchHistories(
  { em }: { em: EntityManager },
  ids: readonly number[],
  page: BackupPage & { limit: number },
): Promise<ListedBackup[][]> {
  if (ids.length === 1) return [await searchBackups({ em, scope: EVERYTHING }, { database: ids[0]! }, page)];
  const backups: ListedBackup[] = [];
  const atOnce = Math.max(1, Math.min(AT_ONCE, Math.floor(ROWS_AT_ONCE / page.limit)));
  for (let at = 0; at < ids.length; at += atOnce)
    backups.push(...(await someHistories(em, ids.slice(at, at + atOnce), page)));
  const byDatabase = Map.groupBy(backups, ({ databaseId }) => databaseId);
  return ids.map(id => byDatabase.get(id) ?? []);
}

/** One seek on the index for each database. A window function would read their whole histories. */
function someHistories(
  em: EntityManager,
  ids: readonly number[],
  page: BackupPage & { limit: number },
): Promise<ListedBackup[]> {
  return readRows(
    em,
    forEachId(ids, database => pageOf(listedBackups, { scope: EVERYTHING, search: { database } }, page)),
  );
}
