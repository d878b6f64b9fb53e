import { Backup } from '../backups/backup.entity.ts';
import type { HistoryManager } from '../history/history.ts';
import { Database } from './database.entity.ts';

export interface ListedDatabase {
  readonly name: string;
  readonly latestBackup: Backup;
}

/**
 * One seek on the index per database, however long their histories are: `b` is found by its key, and the subquery reads
 * one entry off the end of (database_id, taken_at, id). MySQL sees that it may only when `database_id` is in the order,
 * where it changes nothing: without, it sorts every history. All dialects quote with backticks. The columns are named to
 * leave out the manifest, which may be large.
 */
export const LATEST_BACKUPS = `
  select d.name as database_name, b.id, b.database_id, b.file_name, b.taken_at, b.received_at, b.size, b.sha256,
    b.state, b.findings, b.dump_size, b.dump_sha256, b.checked_at, b.damage
  from \`databases\` d
  join backups b on b.id = (
    select latest.id from backups latest where latest.database_id = d.id
    order by latest.database_id desc, latest.taken_at desc, latest.id desc limit 1
  )
  order by d.name`;

/** Lists the databases by name, each with its latest backup, in one query. */
export async function listDatabases({ em }: { em: HistoryManager }): Promise<ListedDatabase[]> {
  const rows = await em.execute<Array<{ database_name: string; database_id: number }>>(LATEST_BACKUPS);
  return rows.map(({ database_name: name, ...backup }) => {
    em.map(Database, { id: backup.database_id, name });
    return { name, latestBackup: em.map(Backup, backup) };
  });
}
