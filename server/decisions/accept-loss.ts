import type { AcceptanceRequest } from '../../protocol/acceptance.ts';
import { EVERYTHING } from '../auth/scope.ts';
import type { BackupEvents } from '../backups/events/backup-events.ts';
import { unacceptedLosses } from '../backups/losses/unaccepted-losses.ts';
import { findBackup } from '../backups/queries/find-backup.ts';
import { refuseRemoved } from '../backups/queries/removed.ts';
import { changeRecorded } from '../backups/sidecar/change-recorded.ts';
import type { Backup } from '../entities/backup.entity.ts';
import { AppError } from '../errors/errors.ts';
import type { EntityManager } from '../history/orm.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import type { Storage } from '../storage/storage.ts';

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
 * @throws AppError 404 when no backup has that id, 410 when it was removed, 409 when it has no loss to be accepted, or a newer one has one
 */
export async function acceptLoss(
  { em, scope, storage, events }: Dependencies,
  id: number,
  { reason, by }: AcceptanceRequest,
): Promise<Backup> {
  await findBackup({ em, scope }, id);
  const isNew = await changeRecorded({ em, storage }, id, async ({ backup, em }) => {
    if (backup.acceptedAt) return { isChanged: false, result: false };
    await refuseUnacceptable(em, backup);
    Object.assign(backup, { acceptedAt: new Date(), acceptedBy: by ?? null, acceptedFor: reason.trim() });
    return { isChanged: true, result: true };
  });
  const backup = await findBackup({ em: em.fork(), scope }, id, { withManifest: true });
  if (isNew) events.changed({ id, sortedAt: backup.sortedAt!, database: backup.database.name });
  return backup;
}

async function refuseUnacceptable(em: EntityManager, backup: Backup): Promise<void> {
  const { id, state, shrunkFrom, database } = backup;
  const what = `Backup ${id} of ${database.name}`;
  refuseRemoved(backup);
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
