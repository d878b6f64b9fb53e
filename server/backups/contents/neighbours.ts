import { EVERYTHING } from '../../auth/scope.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { ListedBackup } from '../queries/listed-backup.ts';
import { type BackupPlace, type BackupSearch, searchBackups } from '../queries/search-backups.ts';

/** A backup that the caller has found in its scope. */
export interface Placed extends BackupPlace {
  readonly databaseId: number;
}

type Parts = { readonly em: EntityManager };

/** @returns the next backup of the same database, in any state */
export function olderThan(parts: Parts, backup: Placed): Promise<ListedBackup | undefined> {
  return next(parts, backup, 'desc');
}

/** The same in the other direction. */
export function newerThan(parts: Parts, backup: Placed): Promise<ListedBackup | undefined> {
  return next(parts, backup, 'asc');
}

/** @returns the last one before it that was received complete: what it contained is known also where its file is damaged or gone */
export function lastCompleteBefore(parts: Parts, backup: Placed): Promise<ListedBackup | undefined> {
  return next(parts, backup, 'desc', { receivedState: 'complete' });
}

/** The same of those that can still be restored. */
export function lastSoundBefore(parts: Parts, backup: Placed): Promise<ListedBackup | undefined> {
  return next(parts, backup, 'desc', { states: ['complete'], isPresent: true });
}

async function next(
  { em }: Parts,
  { databaseId: database, id, sortedAt, size }: Placed,
  direction: 'asc' | 'desc',
  wanted: BackupSearch = {},
): Promise<ListedBackup | undefined> {
  const page = { order: { by: 'takenAt' as const, direction }, after: { id, sortedAt, size }, limit: 1 };
  return (await searchBackups({ em, scope: EVERYTHING }, { database, ...wanted }, page))[0];
}
