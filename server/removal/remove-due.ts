import type { Logger } from 'pino';
import type { Audit } from '../audit/audit.ts';
import type { BackupEvents } from '../backups/events/backup-events.ts';
import { changeRecorded } from '../backups/sidecar/change-recorded.ts';
import { Backup } from '../entities/backup.entity.ts';
import { Database } from '../entities/database.entity.ts';
import { messageOf } from '../errors/error-code.ts';
import type { EntityManager } from '../history/orm.ts';
import { hasWaited, type UnseenTime } from '../jobs/unseen-times.ts';
import { type Storage, StorageAway } from '../storage/storage.ts';
import { isLastComplete } from './last-complete.ts';
import { removeBuried } from './remove-buried.ts';
import { keptBy, stay } from './schedule-removal.ts';

/** A backup whose grace is over. */
export interface DueBackup {
  readonly id: number;
  readonly database: string;
  readonly fileName: string;
  /** Who wanted it to go, and why. */
  readonly by: string;
  readonly why: string;
}

/** @returns true, or one sentence that says why it stays after all */
export type MayGo = (backup: DueBackup) => Promise<true | string>;

export interface RemovingDue {
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly now: Date;
  readonly log: Logger;
  readonly events: BackupEvents;
  readonly audit: Pick<Audit, 'within'>;
  /** Is asked last for each backup that a plan of the retention removes: the plan of then may keep what it removed days ago. */
  readonly mayGo: MayGo;
  /** When the service was off: that counts for no grace. Never when left out. */
  readonly unseen?: readonly UnseenTime[];
  /** How long the grace is, in milliseconds. */
  readonly graceMs?: number;
  readonly signal?: AbortSignal;
}

/** How many went, stay after all, and could not go: those are tried again next time, and the log says why. */
export interface RemovedDue {
  removed: number;
  kept: number;
  failed: number;
}

/**
 * Removes the backups whose grace is over, and ends what a crash has cut off. For each of them, in this order: its record becomes the
 * tombstone, durably; its row says that it is removed; its file goes; its row says that the file is gone. A crash in between leaves
 * the backup or its tombstone, and the next call goes on there. What is pinned or held, and the last complete backup of a database, stays.
 * @throws what the history throws; the storage when it can't be used, and then nothing is removed; the signal's reason
 */
export async function removeDue(parts: RemovingDue): Promise<RemovedDue> {
  const done: RemovedDue = { removed: 0, kept: 0, failed: 0 };
  await parts.storage.checkUsable();
  for await (const backup of dueBackups(parts)) {
    parts.signal?.throwIfAborted();
    if (!backup.removedAt && !hadItsGrace(parts, backup)) continue;
    try {
      done[await removeOne(parts, backup)] += 1;
    } catch (error) {
      if (error instanceof StorageAway && error.database === undefined) throw error;
      done.failed += 1;
      parts.log.error(
        { backup: backup.id, database: backup.database.name, file: backup.fileName, err: error },
        `Backup ${backup.id} of ${backup.database.name} could not be removed: ${messageOf(error)}. It is tried again within the hour`,
      );
    }
  }
  return done;
}

/** So many are read at a time. */
const PAGE = 100;

async function* dueBackups({ em, now }: RemovingDue): AsyncGenerator<Backup> {
  for (let last: Backup | undefined; ; ) {
    const beyond = last && { $or: [{ removalDue: { $gt: last.removalDue! } }, { id: { $gt: last.id } }] };
    const page = await em
      .fork()
      .find(
        Backup,
        { removalDue: { $lte: now, ...(last && { $gte: last.removalDue! }) }, ...beyond },
        { orderBy: { removalDue: 'asc', id: 'asc' }, limit: PAGE, populate: ['database'], strategy: 'select-in' },
      );
    yield* page;
    last = page.at(-1);
    if (page.length < PAGE) return;
  }
}

function hadItsGrace({ now, unseen = [], graceMs = 0 }: RemovingDue, { removalDue }: Backup): boolean {
  return hasWaited({ dueAt: removalDue!, waitMs: graceMs }, now, unseen);
}

async function removeOne(parts: RemovingDue, backup: Backup): Promise<'removed' | 'kept'> {
  const { id, database, sortedAt } = backup;
  if (!backup.removedAt) {
    const reason = await bury(parts, backup);
    if (reason !== undefined) {
      parts.log.warn(
        { backup: id, database: database.name, reason },
        `Backup ${id} of ${database.name} was about to be removed, and stays: ${reason}`,
      );
      return 'kept';
    }
    parts.events.changed({ id, sortedAt: sortedAt!, database: database.name });
  }
  await removeBuried(parts, backup);
  return 'removed';
}

/** @returns why it stays; undefined when its record is its tombstone now, and its row says the same */
async function bury(parts: RemovingDue, due: Backup): Promise<string | undefined> {
  const { em, storage, now, audit, mayGo } = parts;
  const { id, database, fileName, removalKind } = due;
  const [by, why] = [due.removedBy ?? '', due.removedFor ?? ''];
  const answer = removalKind === 'retention' ? await mayGo({ id, database: database.name, fileName, by, why }) : true;
  let onCommitted = () => {};
  const reason = await changeRecorded({ em, storage }, id, async ({ backup, pins, em }) => {
    if (backup.removedAt) return { isChanged: false, result: undefined };
    if (!backup.removalDue || backup.removalDue > now) return { isChanged: false, result: 'it was taken back' };
    const reason = answer === true ? await reasonToStay(em, { backup, kept: keptBy(pins, now) }) : answer;
    if (reason === undefined) {
      // What was wrong with a file that is gone concerns no one.
      Object.assign(backup, { removedAt: now, damage: null });
      const deed = { actor: SERVICE, action: 'remove', database: database.name, backupId: id } as const;
      onCommitted = await audit.within(em, { ...deed, result: 'done', detail: { by, reason: why } });
    } else stay(backup);
    return { isChanged: true, result: reason };
  });
  onCommitted();
  return reason;
}

/** Looked at while no one else can change the backup: the last moment at which it can be kept. */
async function reasonToStay(
  em: EntityManager,
  { backup, kept }: { backup: Backup; kept: 'held' | 'pinned' | undefined },
): Promise<string | undefined> {
  if (kept) return `it is ${kept}`;
  // Another service may remove another backup of the database at this moment: one of the two waits here until the other is committed.
  await em.nativeUpdate(Database, { id: backup.database.id }, { id: backup.database.id });
  if (backup.removalKind !== 'request_of_last' && (await isLastComplete(em, backup)))
    return 'it is the last complete backup of its database';
  return undefined;
}

const SERVICE = { tokenId: undefined, token: undefined, address: undefined };
