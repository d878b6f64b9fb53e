import { Backup } from '../backups/backup.entity.ts';
import type { HistoryManager } from '../history/history.ts';
import { Database } from './database.entity.ts';
import { LATEST_ID } from './search-databases.ts';

export interface ListedDatabase {
  readonly name: string;
  readonly latestBackup: Backup;
}

/** One seek on the index per database, however long their histories are. The columns are named to leave out the manifest, which may be large. */
export const LATEST_BACKUPS = `
  select d.name as database_name, b.id, b.database_id, b.file_name, b.taken_at, b.received_at, b.size, b.sha256,
    b.state, b.findings, b.dump_size, b.dump_sha256, b.checked_at, b.damage
  from \`databases\` d
  join backups b on b.id = (${LATEST_ID})
  order by d.name`;

/** Lists the databases by name, each with its latest backup, in one query. */
export async function listDatabases({ em }: { em: HistoryManager }): Promise<ListedDatabase[]> {
  const rows = await em.execute<Array<{ database_name: string; database_id: number }>>(LATEST_BACKUPS);
  return rows.map(({ database_name: name, ...backup }) => {
    em.map(Database, { id: backup.database_id, name });
    return { name, latestBackup: em.map(Backup, backup) };
  });
}
