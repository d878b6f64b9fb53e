import { renewSidecar } from '../backups/sidecar/ensure-sidecar.ts';
import { parseSidecar } from '../backups/sidecar/sidecar.ts';
import { Backup } from '../entities/backup.entity.ts';
import type { EntityManager } from '../history/orm.ts';
import type { Storage } from '../storage/storage.ts';

/**
 * Removes the file of a backup whose row says that it is removed, and notes in the row that the file is gone. The record beside the file
 * must be its tombstone: if it is not, it is written first.
 * @param buried with its database
 * @throws what the history and the storage throw
 */
export async function removeBuried(
  { em, storage }: { em: EntityManager; storage: Storage },
  { id, fileName, database }: Backup,
): Promise<void> {
  const address = { database: database.name, fileName };
  await storage.exclusively(address, async () => {
    // Erased meanwhile, or never buried: then its file is not ours to remove.
    if ((await em.fork().count(Backup, { id, removedAt: { $ne: null } })) === 0) return;
    const text = await storage.getMetadata(address);
    const record = text === undefined ? undefined : parseSidecar(text, address);
    if (typeof record !== 'object' || !record.removal?.at) await renewSidecar({ em: em.fork(), storage }, id);
    await storage.removeFile(address);
    await em.fork().nativeUpdate(Backup, { id, removedAt: { $ne: null } }, { removalDue: null });
  });
}
