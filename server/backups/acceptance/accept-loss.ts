import type { AcceptanceRequest } from '../../../protocol/acceptance.ts';
import { EVERYTHING } from '../../auth/scope.ts';
import type { Backup } from '../../entities/backup.entity.ts';
import { AppError } from '../../errors.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { Reading } from '../../history/reading/in-scope.ts';
import type { Storage } from '../../storage/storage.ts';
import type { BackupEvents } from '../events/backup-events.ts';
import { unacceptedLosses } from '../losses/unaccepted-losses.ts';
import { findBackup } from '../queries/find-backup.ts';
import { formatSidecar } from '../sidecar/sidecar.ts';

interface Dependencies extends Reading {
  readonly storage: Storage;
  /** Hears that the backup is worth something else now. */
  readonly events: BackupEvents;
}

/**
 * Accepts that a backup has lost something: from now on later ones are compared with it. What was accepted before stays as it
 * is. The record lies durably beside the zip before the history knows of it, as at the receipt: a crash in between leaves a
 * loss to be accepted once more.
 * @returns the backup, with its manifest
 * @throws AppError 404 when no backup has that id, 409 when it has no loss to be accepted, or a newer one has one
 */
export async function acceptLoss(
  { em, scope, storage, events }: Dependencies,
  id: number,
  { reason, by }: AcceptanceRequest,
): Promise<Backup> {
  const { database, fileName } = await findBackup({ em, scope }, id);
  const address = { database: database.name, fileName };
  return storage.exclusively(address, async () => {
    const own = em.fork();
    const backup = await findBackup({ em: own, scope }, id, { withManifest: true });
    if (backup.acceptedAt) return backup;
    await refuseUnacceptable(own, backup);
    Object.assign(backup, { acceptedAt: new Date(), acceptedBy: by ?? null, acceptedFor: reason.trim() });
    await storage.putMetadata(address, formatSidecar(backup));
    await own.flush();
    events.changed({ id, sortedAt: backup.sortedAt!, database: database.name });
    return backup;
  });
}

async function refuseUnacceptable(em: EntityManager, { id, state, shrunkFrom, database }: Backup): Promise<void> {
  const what = `Backup ${id} of ${database.name}`;
  if (state !== 'complete')
    throw new AppError(
      409,
      'NOT_COMPLETE',
      `${what} is ${state}: only the loss of a complete backup can be accepted. Fix what sade show ${id} names, back up again, and accept the loss of that backup`,
    );
  if (!shrunkFrom) throw new AppError(409, 'NO_LOSS', `${what} has no loss: there is nothing to accept`);
  const [newest] = await unacceptedLosses({ em, scope: EVERYTHING }, { ids: [database.id] });
  if (newest && newest.id !== id)
    throw new AppError(
      409,
      'NEWER_LOSS',
      `${what} is not the newest backup with a loss: check backup ${newest.id} (sade show ${newest.id}), and accept that one: sade accept ${newest.id} --reason '…'`,
    );
}
