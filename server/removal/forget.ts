import { refuseRemoved } from '../backups/queries/removed.ts';
import { Backup } from '../entities/backup.entity.ts';
import { AppError, notFound } from '../errors/errors.ts';
import { isLastComplete } from './last-complete.ts';
import { type Removing, scheduleRemoval, takeBack } from './schedule-removal.ts';

export interface Forgetting {
  readonly reason: string;
  readonly by: string;
  /** How long it can be taken back, in milliseconds. */
  readonly graceMs: number;
  /** Whether it may be the last complete backup of its database. */
  readonly evenLast: boolean;
}

/**
 * Has one backup go on purpose, by the road that the retention takes: first into a grace, in which it can be taken back.
 * @returns when its file goes
 * @throws AppError 404 when there is no such backup, 410 when it was removed, 409 when it goes already, is pinned or held, or is the
 *   last complete one of its database
 */
export async function forgetBackup(
  removing: Removing,
  backupId: number,
  { reason, by, graceMs, evenLast }: Forgetting,
): Promise<Date> {
  const em = removing.em.fork();
  const backup = await em.findOne(Backup, { id: backupId }, { populate: ['database'] });
  if (!backup) throw notFound('BACKUP_NOT_FOUND', `There is no backup with the id ${backupId}`);
  refuseRemoved(backup);
  const what = `Backup ${backupId} of ${backup.database.name}`;
  if (!evenLast && (await isLastComplete(em, backup))) throw refused('LAST_COMPLETE', `${what} ${LAST_COMPLETE}`);
  const dueAt = new Date(removing.now.getTime() + graceMs);
  const kind = evenLast ? 'request_of_last' : 'request';
  const result = await scheduleRemoval(removing, { backupId, dueAt, by, why: reason, kind });
  if (result === 'pinned') throw refused('BACKUP_PINNED', `${what} is pinned: unpin it first`);
  if (result === 'held')
    throw refused('BACKUP_HELD', `${what} is under a legal hold: it can't go before that is released`);
  if (result === 'going') throw refused('ALREADY_GOING', `${what} is about to be removed already`);
  if (result === 'removed') throw new AppError(410, 'BACKUP_REMOVED', `${what} was removed just now`);
  return dueAt;
}

/**
 * Takes a backup back that is about to go, by the retention or on purpose.
 * @throws AppError 404 when there is no such backup, 410 when it is too late, 409 when it was not going
 */
export async function takeBackBackup(removing: Pick<Removing, 'em' | 'storage'>, backupId: number): Promise<void> {
  const result = await takeBack(removing, { backupId });
  if (result === 'removed')
    throw new AppError(
      410,
      'BACKUP_REMOVED',
      `Backup ${backupId} was removed: its file is gone, and can't be taken back`,
    );
  if (result === 'not_going') throw refused('NOT_GOING', `Backup ${backupId} is not about to be removed: it stays`);
}

const LAST_COMPLETE =
  'is the last complete backup of its database: without it nothing could be restored. To remove it anyway, say so: --even-last, or evenLast in GraphQL';

function refused(code: string, message: string): AppError {
  return new AppError(409, code, message);
}
