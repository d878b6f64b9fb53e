import { begin, cut } from '../../protocol/texts/cut.ts';
import { changeRecorded } from '../backups/sidecar/change-recorded.ts';
import type { Backup, RemovalKind } from '../entities/backup.entity.ts';
import { isActive, type Pin } from '../entities/pin.entity.ts';
import type { EntityManager } from '../history/orm.ts';
import type { Storage } from '../storage/storage.ts';

export interface Removing {
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly now: Date;
}

export interface WantedRemoval {
  readonly backupId: number;
  /** When its file is removed. Until then it can be downloaded, and taken back. */
  readonly dueAt: Date;
  /** At most 255 characters. */
  readonly by: string;
  /** At most 1000 characters; longer ones are cut. */
  readonly why: string;
  readonly kind: RemovalKind;
}

/** `pinned` and `held`: that keeps it, so nothing was changed. `going` and `removed`: it was so already, and stays as it was. */
export type Scheduled = 'scheduled' | 'going' | 'pinned' | 'held' | 'removed';

/**
 * Has a backup go when its grace is over (`removeDue`). That is durable once this returns, in the history and in the record beside
 * its file.
 * @throws AppError 404 when there is no such backup; what the history and the storage throw
 */
export async function scheduleRemoval({ em, storage, now }: Removing, wanted: WantedRemoval): Promise<Scheduled> {
  const { backupId, dueAt, by, why, kind } = wanted;
  return changeRecorded({ em, storage }, backupId, async ({ backup, pins }) => {
    const kept = stateOf(backup) ?? keptBy(pins, now);
    if (kept) return { isChanged: false, result: kept };
    const columns = { removedBy: begin(by, 255), removedFor: cut(why, 1000), removalKind: kind };
    Object.assign(backup, { removalDue: dueAt, ...columns });
    return { isChanged: true, result: 'scheduled' };
  });
}

/** Takes a backup back that is about to go. @returns whether it was; `removed` when it is too late */
export async function takeBack(
  { em, storage }: Pick<Removing, 'em' | 'storage'>,
  { backupId }: { readonly backupId: number },
): Promise<'taken_back' | 'not_going' | 'removed'> {
  return changeRecorded({ em, storage }, backupId, async ({ backup }) => {
    if (backup.removedAt) return { isChanged: false, result: 'removed' };
    if (!backup.removalDue) return { isChanged: false, result: 'not_going' };
    stay(backup);
    return { isChanged: true, result: 'taken_back' };
  });
}

/** Forgets that it was about to go. */
export function stay(backup: Backup): void {
  Object.assign(backup, { removalDue: null, removedAt: null, removedBy: null, removedFor: null, removalKind: null });
}

function stateOf({ removedAt, removalDue }: Backup): 'removed' | 'going' | undefined {
  if (removedAt) return 'removed';
  return removalDue ? 'going' : undefined;
}

/** @returns what keeps a backup from going, a legal hold before a pin */
export function keptBy(pins: readonly Pin[], now: Date): 'held' | 'pinned' | undefined {
  const active = pins.filter(pin => isActive(pin, now));
  if (active.some(({ kind }) => kind === 'hold')) return 'held';
  return active.length > 0 ? 'pinned' : undefined;
}
