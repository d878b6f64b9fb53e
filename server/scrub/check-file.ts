import type { Logger } from 'pino';
import type { BackupEvents } from '../backups/events/backup-events.ts';
import { ensureSidecar } from '../backups/sidecar/ensure-sidecar.ts';
import { Backup } from '../entities/backup.entity.ts';
import type { Orm } from '../history/orm.ts';
import type { Storage } from '../storage/storage.ts';
import { addressOf, storedDamage } from './stored-damage.ts';

/** The result for one file. `skipped`: its row was changed or removed meanwhile, so nothing was marked. */
type ScrubResult = 'sound' | 'healed' | 'damaged' | 'skipped';

export interface FileScrub {
  readonly history: Orm;
  readonly storage: Storage;
  readonly events: BackupEvents;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** What `checkedAt` becomes. */
  readonly now: () => Date;
  /** Hears how many bytes were read; reading goes on when it resolves. */
  readonly onRead: (bytes: number) => Promise<void>;
  /** The same where reading must not be held up. */
  readonly onHastyRead: (bytes: number) => void;
}

/**
 * Reads the stored file of a backup and marks the row with what it found. Before it marks anything as damaged it looks
 * a second time, while no upload of that file runs: one may just have put a good file there.
 * @throws UnreadableFile, which leaves the row as it is, or the signal's reason
 */
export async function scrubFile(scrub: FileScrub, backup: Backup): Promise<ScrubResult> {
  const damage = await storedDamage(scrub, backup);
  if (damage === null || damage === backup.damage) return mark(scrub, backup, damage);
  return scrub.storage.exclusively(addressOf(backup), () => lookAgain(scrub, backup.id));
}

/** Not slowed down: an upload of the same file may be waiting for its turn. */
async function lookAgain(scrub: FileScrub, id: number): Promise<ScrubResult> {
  const { history, storage, signal, onHastyRead: onRead } = scrub;
  const backup = await history.em.fork().findOne(Backup, { id }, { populate: ['database'] });
  if (!backup || backup.removedAt) return 'skipped';
  return mark(scrub, backup, await storedDamage({ storage, signal, onRead }, backup));
}

/** @param backup what the row said when the file was read: a row that says something else by now stays as it is */
async function mark(
  { history, storage, events, log, now }: FileScrub,
  backup: Backup,
  damage: string | null,
): Promise<ScrubResult> {
  const { id, fileName, database, sortedAt, sha256 } = backup;
  const seen = { id, sha256, damage: backup.damage ?? null, removedAt: null };
  const marked = await history.em.fork().nativeUpdate(Backup, seen, { damage, checkedAt: now() });
  if (marked === 0) return 'skipped';
  if (damage !== seen.damage) events.changed({ id, sortedAt: sortedAt!, database: database.name });
  if (damage === null && (await hasNewRecord({ history, storage, log }, id)))
    log.info(
      { backup: id, file: fileName },
      `Backup ${id} of ${database.name} has a new record beside its file: the old one was missing or not valid`,
    );
  const what = { backup: id, database: database.name, file: fileName };
  if (damage !== null) {
    log.error({ ...what, damage }, `Backup ${id} of ${database.name} is damaged: ${damage} (${fileName}). ${ADVICE}`);
    return 'damaged';
  }
  if (!backup.damage) return 'sound';
  log.info(what, `Backup ${id} of ${database.name} is sound again (${fileName})`);
  return 'healed';
}

/** A record that can't be renewed must not keep the other files from being read. */
async function hasNewRecord(
  { history, storage, log }: Pick<FileScrub, 'history' | 'storage' | 'log'>,
  id: number,
): Promise<boolean> {
  try {
    return await ensureSidecar({ em: history.em.fork(), storage }, id);
  } catch (err) {
    log.error({ backup: id, err }, `The record of backup ${id} cannot be read or renewed: check the disk`);
    return false;
  }
}

const ADVICE =
  'Keep every other copy of it. Send the same file again, or put it back from a copy of the storage folder. ' +
  'Without a copy, only the next complete backup of the database can replace it.';
