import type { QBFilterQuery } from '@mikro-orm/sql';
import type { HistoryManager } from '../history/history.ts';
import { Backup } from './backup.entity.ts';
import { type BackupPage, queryOf, searchBackups } from './search-backups.ts';

/** So many histories are asked for in one statement: SQLite takes no more than 500. */
const AT_ONCE = 250;

/**
 * Lists the same page of the histories of some databases.
 * @param ids of the databases
 * @returns for each id its backups
 */
export async function searchHistories(
  { em }: { em: HistoryManager },
  ids: readonly number[],
  page: BackupPage & { limit: number },
): Promise<Backup[][]> {
  if (ids.length === 1) return [await searchBackups({ em }, { database: ids[0]! }, page)];
  const found: Array<{ id: number; database_id: number }> = [];
  for (let at = 0; at < ids.length; at += AT_ONCE)
    found.push(...(await em.execute<typeof found>(idsOf(em, ids.slice(at, at + AT_ONCE), page))));
  const backups = await em.find(Backup, { id: { $in: found.map(({ id }) => id) } });
  const byId = new Map(backups.map(backup => [backup.id, backup]));
  const byDatabase = Map.groupBy(found, ({ database_id }) => database_id);
  return ids.map(id => (byDatabase.get(id) ?? []).flatMap(found => byId.get(found.id) ?? []));
}

/** One seek on the index for each database. A window function would read their whole histories. */
function idsOf(em: HistoryManager, databases: readonly number[], page: BackupPage & { limit: number }): string {
  const parts = databases.map(database => {
    const { where, orderBy } = queryOf({ database }, page);
    const query = em
      .createQueryBuilder(Backup)
      .select(['id', 'database'])
      .where(where as QBFilterQuery<Backup>)
      .orderBy(orderBy)
      .limit(page.limit);
    return `select * from (${query.getFormattedQuery()}) part`;
  });
  return parts.join(' union all ');
}
