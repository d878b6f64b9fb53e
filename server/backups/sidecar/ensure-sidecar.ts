import { Backup } from '../../entities/backup.entity.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { Storage } from '../../storage/storage.ts';
import { READ_COMMITTED, unlessDeadlocked } from './insert-backup.ts';
import { pinsOf } from './kept-pins.ts';
import { formatSidecar, parseSidecar } from './sidecar.ts';

/**
 * Sees to it that a stored zip has a sound record beside it: one may have been lost or torn, and zips of a version
 * before there were any have none. Without it a lost history would come back without this backup's id and findings.
 * @returns whether one had to be written
 */
export async function ensureSidecar(
  { em, storage }: { em: EntityManager; storage: Storage },
  id: number,
): Promise<boolean> {
  const backup = await em.findOneOrFail(Backup, { id }, { populate: ['database'] });
  const address = { database: backup.database.name, fileName: backup.fileName };
  const text = await storage.getMetadata(address);
  if (text !== undefined && typeof parseSidecar(text, address) !== 'string') return false;
  await renewSidecar({ em, storage }, id);
  return true;
}

/**
 * Writes the record beside a stored zip again, also where a sound one lies. No one else changes the backup meanwhile: otherwise a pin or a
 * removal of that moment would be missing in the record, and be forgotten by a rebuild.
 */
export async function renewSidecar(
  { em, storage }: { em: EntityManager; storage: Storage },
  id: number,
): Promise<void> {
  await unlessDeadlocked(() =>
    em.fork().transactional(async em => {
      // The update takes the lock of the row, which a select would not do.
      await em.nativeUpdate(Backup, { id }, { id });
      const backup = await em.findOneOrFail(Backup, { id }, { populate: ['database', 'manifest'] });
      const address = { database: backup.database.name, fileName: backup.fileName };
      await storage.putMetadata(address, formatSidecar(backup, await pinsOf(em, id)));
    }, READ_COMMITTED),
  );
}
