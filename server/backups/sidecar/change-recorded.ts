import { Backup } from '../../entities/backup.entity.ts';
import type { Pin } from '../../entities/pin.entity.ts';
import { notFound } from '../../errors/errors.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { Storage } from '../../storage/storage.ts';
import { READ_COMMITTED, unlessDeadlocked } from './insert-backup.ts';
import { pinsOf } from './kept-pins.ts';
import { formatSidecar } from './sidecar.ts';

interface Stores {
  readonly em: EntityManager;
  readonly storage: Storage;
}

/** A backup that no one else changes meanwhile, in this process or in another. */
export interface LockedBackup {
  /** With its database and its manifest. */
  readonly backup: Backup;
  /** All that it ever had; one that is made here is given to the caller's `em`. */
  readonly pins: readonly Pin[];
  /** Of the transaction. */
  readonly em: EntityManager;
}

interface Change<T> {
  readonly isChanged: boolean;
  readonly result: T;
}

/**
 * Changes what the history knows of a backup and, in the same transaction, the record beside its file. The record lies durably
 * before the row is committed, as at the receipt. Two that change the same backup wait for each other, in one process or in two:
 * what `change` sees holds until it is committed.
 * @param change changes the row or its pins, or says that it has changed nothing
 * @returns its result
 * @throws AppError 404 when there is no such backup; what `change`, the history and the storage throw, and nothing is changed
 */
export async function changeRecorded<T>(
  { em, storage }: Stores,
  id: number,
  change: (locked: LockedBackup) => Promise<Change<T>>,
): Promise<T> {
  const found = await em.fork().findOne(Backup, { id }, { populate: ['database'] });
  if (!found) throw notFound('BACKUP_NOT_FOUND', `There is no backup with the id ${id}`);
  const address = { database: found.database.name, fileName: found.fileName };
  return storage.exclusively(address, () =>
    unlessDeadlocked(() =>
      em.fork().transactional(async em => {
        // The update takes the lock of the row, which a select would not do.
        if ((await em.nativeUpdate(Backup, { id }, { id })) === 0)
          throw notFound('BACKUP_NOT_FOUND', `There is no backup with the id ${id}`);
        const backup = await em.findOneOrFail(Backup, { id }, { populate: ['database', 'manifest'] });
        const { result, isChanged } = await change({ backup, pins: await pinsOf(em, id), em });
        if (!isChanged) return result;
        await em.flush();
        await storage.putMetadata(address, formatSidecar(backup, await pinsOf(em, id)));
        return result;
      }, READ_COMMITTED),
    ),
  );
}
