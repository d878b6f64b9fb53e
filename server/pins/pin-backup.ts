import { refuseRemoved } from '../backups/queries/removed.ts';
import { changeRecorded, type LockedBackup } from '../backups/sidecar/change-recorded.ts';
import { isActive, Pin, type PinKind } from '../entities/pin.entity.ts';
import { AppError } from '../errors/errors.ts';
import type { EntityManager } from '../history/orm.ts';
import type { Storage } from '../storage/storage.ts';
import type { WantedPin } from './wanted-pin.ts';

interface Pinning {
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly now: Date;
}

/**
 * Keeps a backup by a pin or by a legal hold: the retention does not remove it. One that was about to go is taken back. That is durable once this
 * returns, in the history and in the record beside its file.
 * @returns the pin, and whether the backup was about to go
 * @throws AppError 404 when there is no such backup, 410 when it was removed, 409 when one of that kind keeps it already
 */
export async function pinBackup(
  { em, storage, now }: Pinning,
  backupId: number,
  { kind, reason, by, endsAt }: WantedPin,
): Promise<{ pin: Pin; wasGoing: boolean }> {
  return changeRecorded({ em, storage }, backupId, async ({ backup, pins, em }) => {
    refuseRemoved(backup);
    const known = pins.find(pin => pin.kind === kind && isActive(pin, now));
    if (known) throw alreadyKept(backup, known);
    const made = { kind, reason, madeBy: by, madeAt: now, endsAt: endsAt ?? null, releasedAt: null, releasedBy: null };
    const pin = em.create(Pin, { backupId, ...made });
    const wasGoing = backup.removalDue != null;
    const none = { removalDue: null, removedBy: null, removedFor: null, removalKind: null };
    if (wasGoing) Object.assign(backup, none);
    return { isChanged: true, result: { pin, wasGoing } };
  });
}

/**
 * Ends the pin or the legal hold of a backup: what the retention says counts again. That it was there, and who ended it, stays.
 * @returns what was ended
 * @throws AppError 404 when there is no such backup, 409 when nothing of that kind keeps it
 */
export async function releasePin(
  { em, storage, now }: Pinning,
  backupId: number,
  { kind, by }: { readonly kind: PinKind; readonly by: string },
): Promise<Pin> {
  return changeRecorded({ em, storage }, backupId, async ({ backup, pins }) => {
    const pin = pins.find(pin => pin.kind === kind && isActive(pin, now));
    if (!pin)
      throw new AppError(409, 'NOT_PINNED', `Backup ${backup.id} of ${backup.database.name} has no ${NAMES[kind]}`);
    Object.assign(pin, { releasedAt: now, releasedBy: by });
    return { isChanged: true, result: pin };
  });
}

const NAMES = { pin: 'pin', hold: 'legal hold' } as const;

function alreadyKept({ id, database }: LockedBackup['backup'], { kind, reason, madeBy, endsAt }: Pin): AppError {
  const until = endsAt ? ` until ${endsAt.toISOString()}` : '';
  return new AppError(
    409,
    'ALREADY_PINNED',
    `Backup ${id} of ${database.name} has a ${NAMES[kind]} already, by ${madeBy}${until}: ${reason}. End that first to make another`,
  );
}
