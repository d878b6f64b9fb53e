import type { HistoryManager } from '../../history/history.ts';
import { Backup } from '../backup.entity.ts';
import type { LossColumns, Place } from './loss.ts';
import { newestClean } from './unaccepted-losses.ts';

/** What must be known beside a backup to tell of its loss. */
export interface Surroundings {
  /** The newest complete backup of its database without an unaccepted loss. */
  readonly clean: Place | undefined;
  /** The backup that still has what was lost, if the history knows it. */
  readonly reference: Pick<Backup, 'id' | 'takenAt' | 'state' | 'damage'> | null;
}

const NONE: Surroundings = { clean: undefined, reference: null };

/** Looks up what is known around the loss of a backup; nothing for one without a loss. */
export async function lossSurroundings(
  { em }: { em: HistoryManager },
  { database, shrunkFrom }: { readonly database: { readonly id: number } } & LossColumns,
): Promise<Surroundings> {
  if (!shrunkFrom) return NONE;
  const [clean] = await newestClean({ em }, [database.id]);
  const reference = await em.findOne(Backup, { fileName: shrunkFrom }, { fields: ['takenAt', 'state', 'damage'] });
  return { clean, reference };
}
