import type { Backup } from '../entities/backup.entity.ts';
import { AppError } from '../errors/errors.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import type { Storage, StoredFile } from '../storage/storage.ts';
import type { BackupEvents } from './events/backup-events.ts';
import { markAtSight } from './mark-at-sight.ts';
import { findBackup } from './queries/find-backup.ts';
import { refuseRemoved } from './queries/removed.ts';

interface Opening extends Reading {
  readonly storage: Storage;
  readonly events: BackupEvents;
}

/**
 * Opens the stored zip of a backup; the caller disposes of the file. When that is gone or is not as long as it was, the
 * backup is marked as damaged, so that no other answer shows it as complete.
 * @throws AppError 404 for an unknown id, 410 for one that was removed, 500 when the file is gone or is not as long as it was
 */
export async function openBackup(
  { em, scope, storage, events }: Opening,
  id: number,
): Promise<{ backup: Backup; file: StoredFile }> {
  const backup = await findBackup({ em, scope }, id);
  refuseRemoved(backup);
  const { fileName, size } = backup;
  const file = await storage.open({ database: backup.database.name, fileName });
  if (!file) {
    // It may have been removed in between.
    refuseRemoved(await findBackup({ em: em.fork(), scope }, id));
    const text = `The stored file ${fileName} is missing on the disk of the service`;
    throw new AppError(500, 'STORED_FILE_MISSING', text, [], await marked({ em, storage, events }, backup));
  }
  if (file.size === size) return { backup, file };
  await file[Symbol.asyncDispose]();
  const text = `The stored file ${fileName} has ${file.size} bytes, but ${size} bytes were received`;
  throw new AppError(500, 'STORED_FILE_DAMAGED', text, [], await marked({ em, storage, events }, backup));
}

/** @returns why it could not be marked, for the log: the answer is the same */
async function marked(parts: Omit<Opening, 'scope'>, backup: Backup): Promise<unknown> {
  return markAtSight(parts, backup).then(
    () => undefined,
    error => error,
  );
}
