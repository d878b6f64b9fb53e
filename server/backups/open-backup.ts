import type { Backup } from '../entities/backup.entity.ts';
import { AppError } from '../errors.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import type { Storage, StoredFile } from '../storage/storage.ts';
import { findBackup } from './queries/find-backup.ts';
import { refuseRemoved } from './queries/removed.ts';

/**
 * Opens the stored zip of a backup; the caller disposes of the file.
 * @throws AppError 404 for an unknown id, 410 for one that was removed, 500 when the file is gone or is not as long as it was
 */
export async function openBackup(
  { em, scope, storage }: Reading & { storage: Storage },
  id: number,
): Promise<{ backup: Backup; file: StoredFile }> {
  const backup = await findBackup({ em, scope }, id);
  refuseRemoved(backup);
  const { fileName, size } = backup;
  const file = await storage.open({ database: backup.database.name, fileName });
  if (!file) {
    // It may have been removed in between.
    refuseRemoved(await findBackup({ em: em.fork(), scope }, id));
    throw new AppError(500, 'STORED_FILE_MISSING', `The stored file ${fileName} is missing on the disk of the service`);
  }
  if (file.size === size) return { backup, file };
  await file[Symbol.asyncDispose]();
  throw new AppError(
    500,
    'STORED_FILE_DAMAGED',
    `The stored file ${fileName} has ${file.size} bytes, but ${size} bytes were received`,
  );
}
