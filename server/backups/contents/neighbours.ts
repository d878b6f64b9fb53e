import { EVERYTHING } from '../../auth/scope.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { ListedBackup } from '../queries/listed-backup.ts';
import { type BackupPlace, searchBackups } from '../queries/search-backups.ts';

/** The backups of the same database beside one. */
export interface Neighbours {
  readonly older: ListedBackup | undefined;
  readonly newer: ListedBackup | undefined;
  /** The last one before it that was received complete. */
  readonly olderComplete: ListedBackup | undefined;
}

/** @param backup that the caller has found in its scope */
export async function neighboursOf(
  { em }: { em: EntityManager },
  { databaseId, ...place }: BackupPlace & { readonly databaseId: number },
): Promise<Neighbours> {
  const next = async (direction: 'asc' | 'desc', isComplete = false) => {
    const search = { database: databaseId, receivedState: isComplete ? ('complete' as const) : undefined };
    const page = { order: { by: 'takenAt' as const, direction }, after: place, limit: 1 };
    return (await searchBackups({ em, scope: EVERYTHING }, search, page))[0];
  };
  return { older: await next('desc'), newer: await next('asc'), olderComplete: await next('desc', true) };
}
