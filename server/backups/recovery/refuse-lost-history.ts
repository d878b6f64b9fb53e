import { Backup } from '../../entities/backup.entity.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { Storage } from '../../storage/storage.ts';

/**
 * A history that was lost, or that DATABASE_URL names by mistake, looks like one that has just begun. What is received then is compared with
 * nothing, so that a loss goes unseen, and gets ids that older backups have.
 * @throws Error when the history knows of no backup, and backups that were recorded lie in the storage
 */
export async function refuseLostHistory({ em, storage }: { em: EntityManager; storage: Storage }): Promise<void> {
  if (await em.findOne(Backup, { id: { $gt: 0 } }, { fields: ['id'] })) return;
  let recorded = 0;
  for await (const { withMetadata } of storage.list()) recorded += withMetadata.length;
  if (recorded === 0) return;
  throw new Error(
    `The history is empty, but STORAGE_DIR contains the records of ${recorded} backups. Does DATABASE_URL name the history of this service? If the history was lost, rebuild it first: sudo lumbung rebuild. To start a new history without these backups, start once with ALLOW_EMPTY_HISTORY=on.`,
  );
}
