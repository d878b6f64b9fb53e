import { formatTimestamp } from '../../../protocol/backup-name.ts';
import { type Backup, removalOf } from '../../entities/backup.entity.ts';
import { AppError } from '../../errors/errors.ts';

/** @throws AppError 410 when the file of a backup was removed, with who did it, when and why */
export function refuseRemoved(backup: Backup): void {
  const removed = removedInWords(backup);
  if (removed) throw new AppError(410, 'BACKUP_REMOVED', `${removed}. Its file is gone: choose another backup`);
}

/** @throws AppError 409 when the file of that name was removed: a name stands for one zip, for ever */
export function refuseAgain(backup: Backup): void {
  const removed = removedInWords(backup);
  if (removed)
    throw new AppError(409, 'BACKUP_REMOVED', `${removed}. Its name ${backup.fileName} is not taken a second time`);
}

function removedInWords(backup: Backup): string | undefined {
  const { at, by, why } = removalOf(backup) ?? {};
  if (!at) return undefined;
  return `Backup ${backup.id} of ${backup.database.name} was removed on ${formatTimestamp(at)} UTC by ${by}: ${why}`;
}
