import { insertRows } from '../history/insert-rows.ts';
import type { EntityManager } from '../history/orm.ts';
import type { EntryRow } from './entry.ts';

/** Adds entries to the trail, in the transaction that is open, if one is. This is all that the service ever does to it. */
export async function insertEntries({ em }: { em: EntityManager }, rows: readonly EntryRow[]): Promise<void> {
  const columns = rows.map(({ tokenId, databaseName, backupId, ...same }) => ({
    ...same,
    token_id: tokenId,
    database_name: databaseName,
    backup_id: backupId,
  }));
  await insertRows(em, 'audit_entries', columns);
}
