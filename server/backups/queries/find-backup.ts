import { Backup } from '../../entities/backup.entity.ts';
import { type AppError, notFound } from '../../errors.ts';
import type { EntityManager } from '../../history/orm.ts';

/**
 * @param id that it was given
 * @throws AppError 404 when no backup has that id
 */
export async function findBackup(
  { em }: { em: EntityManager },
  id: number,
  { withManifest = false }: { withManifest?: boolean } = {},
): Promise<Backup> {
  const populate = withManifest ? (['database', 'manifest'] as const) : (['database'] as const);
  const backup = await em.findOne(Backup, { id }, { populate });
  if (!backup) throw noSuchBackup(id);
  return backup;
}

/** Reads the id of a backup out of a path. @throws AppError 404 when the text is not an id */
export function idIn(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw notFound('BACKUP_NOT_FOUND', `There is no backup with the id ${text}: an id is a positive whole number`);
  return Number(text);
}

/** @returns the 404 for an id that no backup has */
export function noSuchBackup(id: number): AppError {
  return notFound('BACKUP_NOT_FOUND', `There is no backup with the id ${id}`);
}

/** @returns the backup whose zip has that name, or null */
export function findByName({ em }: { em: EntityManager }, fileName: string): Promise<Backup | null> {
  return em.findOne(Backup, { fileName }, { populate: ['database'] });
}
