import type { SummarizedBackup } from '../../../backups/queries/summarized-backup.ts';
import type { OutcomeDetail } from '../../../runs/run-row.ts';
import type { ListedOutcome } from '../../../runs/search-outcomes.ts';

/** A backup of the series, with what its run has measured. */
export interface MeasuredBackup {
  readonly backup: SummarizedBackup;
  /** From the start of the dump to the end of the upload; undefined where no run has reported it. */
  readonly seconds: number | undefined;
}

/** @returns what an outcome says beside its columns; undefined where this version does not understand it */
export function detailIn({ detail }: Pick<ListedOutcome, 'detail'>): Partial<OutcomeDetail> | undefined {
  try {
    const parsed: unknown = JSON.parse(detail);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** @returns by the ids of backups how long they took, in seconds, as far as the runs have reported it */
export function secondsByBackup(outcomes: readonly ListedOutcome[]): ReadonlyMap<number, number> {
  const known = new Map<number, number>();
  for (const outcome of outcomes) {
    const { backupId } = outcome;
    const seconds = backupId == null ? undefined : detailIn(outcome)?.seconds;
    if (backupId != null && typeof seconds === 'number') known.set(backupId, seconds);
  }
  return known;
}
