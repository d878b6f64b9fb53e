import { notFound } from '../errors.ts';
import type { HistoryManager } from '../history/history.ts';
import { Backup } from './backup.entity.ts';

/** @throws AppError 404 when no backup has that id */
export async function findBackup({ em }: { em: HistoryManager }, id: number): Promise<Backup> {
  const backup = await em.findOne(Backup, { id }, { populate: ['database'] });
  if (!backup) throw notFound('BACKUP_NOT_FOUND', `There is no backup with the id ${id}`);
  return backup;
}
