import { Backup } from '../../entities/backup.entity.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { Storage } from '../../storage/storage.ts';

/**
 * A disk that is not mounted looks like an empty storage. What is received there goes away when it is mounted over, and
 * the scrub would report all stored files as lost.
 * @throws Error when the history knows of backups and not one file is stored
 */
export async function refuseEmptyStorage({ em, storage }: { em: EntityManager; storage: Storage }): Promise<void> {
  const known = await em.count(Backup, { removedAt: null });
  if (known === 0) return;
  for await (const { fileNames } of storage.list()) if (fileNames.length > 0) return;
  throw new Error(
    `The history has ${known} backups, but STORAGE_DIR contains none of them: is its disk mounted? If the files are lost, start with ALLOW_EMPTY_STORAGE=on until the next backup has been received.`,
  );
}
