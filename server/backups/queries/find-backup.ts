import { covers, type Scope } from '../../auth/scope.ts';
import { Backup } from '../../entities/backup.entity.ts';
import { type AppError, notFound } from '../../errors/errors.ts';
import { namesInScope, type Reading } from '../../history/reading/in-scope.ts';

/**
 * @param id that it was given
 * @throws AppError 404 when no backup in scope has that id
 */
export async function findBackup(
  { em, scope }: Reading,
  id: number,
  { withManifest = false }: { withManifest?: boolean } = {},
): Promise<Backup> {
  const populate = withManifest ? (['database', 'manifest'] as const) : (['database'] as const);
  const backup = await em.findOne(Backup, { id, ...ofScope(scope) }, { populate });
  if (!backup || !covers(scope, backup.database.name)) throw noSuchBackup(id);
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
export async function findByName({ em, scope }: Reading, fileName: string): Promise<Backup | null> {
  const backup = await em.findOne(Backup, { fileName, ...ofScope(scope) }, { populate: ['database'] });
  return backup && covers(scope, backup.database.name) ? backup : null;
}

/** What is out of scope is not even read: a large one would take longer than one that does not exist. */
function ofScope(scope: Scope) {
  const names = namesInScope(scope);
  return names ? { database: { $or: names.map(name => ({ name })) } } : {};
}
