import { EVERYTHING } from '../../auth/scope.ts';
import { type Backup, findingsOf } from '../../entities/backup.entity.ts';
import type { EntityManager } from '../../history/orm.ts';
import { backupsById, backupsByName } from '../queries/listed-backup.ts';
import { findSound, type SoundBackup } from './find-sound.ts';
import { isGone, type LossColumns, type Place, referenceIdIn } from './loss.ts';
import { newestClean } from './unaccepted-losses.ts';

/** What must be known beside a backup to describe its loss. */
export interface Surroundings {
  /** The newest complete backup of its database without an unaccepted loss. */
  readonly clean: Place | undefined;
  /** The backup that still has what was lost, if the history knows it. */
  readonly reference: Pick<Backup, 'id' | 'takenAt' | 'state' | 'damage' | 'removedAt'> | null;
  /** Another that has it; looked for only when the reference is damaged or removed. */
  readonly sound: SoundBackup | null;
}

const NONE: Surroundings = { clean: undefined, reference: null, sound: null };

/** Looks up what is known around the loss of a backup, be it complete or not; nothing for one without a loss. */
export async function lossSurroundings(
  { em }: { em: EntityManager },
  backup: Pick<Backup, 'id' | 'findings'> & { readonly database: { readonly id: number } } & LossColumns,
): Promise<Surroundings> {
  const { id, database, shrunkFrom } = backup;
  const referenceId = referenceIdIn(findingsOf(backup));
  if (!shrunkFrom && referenceId === undefined) return NONE;
  const [clean] = shrunkFrom ? await newestClean({ em }, [database.id]) : [];
  // Only a complete one has the name of the other in its row.
  const [reference = null] = shrunkFrom
    ? await backupsByName({ em, scope: EVERYTHING }, [shrunkFrom])
    : (await backupsById({ em, scope: EVERYTHING }, [referenceId ?? 0])).filter(
        found => found?.databaseId === database.id,
      );
  const sound = reference && isGone(reference) ? await findSound({ em }, { id, referenceId: reference.id }) : null;
  return { clean, reference, sound };
}
