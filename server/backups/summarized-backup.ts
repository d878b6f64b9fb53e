import { fromStore } from '../history/instants.ts';
import type { Backup } from './backup.entity.ts';

/** The little that a list of REST tells of a backup. */
export type SummarizedBackup = Readonly<
  Pick<Backup, 'id' | 'fileName' | 'takenAt' | 'sortedAt' | 'state' | 'damage' | 'shrunkFrom' | 'acceptedAt'>
>;

/** The columns of the table `b` that `toSummary` reads. */
export const SUMMARY_COLUMNS =
  'b.id, b.file_name, b.taken_at, b.sorted_at, b.state, b.damage, b.shrunk_from, b.accepted_at';

export interface SummaryRow {
  readonly id: number;
  readonly file_name: string;
  readonly taken_at: number | string;
  readonly sorted_at: number | string;
  readonly state: Backup['state'];
  readonly damage: string | null;
  readonly shrunk_from: string | null;
  readonly accepted_at: number | string | null;
}

/** @returns what a row of `SUMMARY_COLUMNS` holds */
export function toSummary({
  id,
  file_name,
  taken_at,
  sorted_at,
  state,
  damage,
  ...loss
}: SummaryRow): SummarizedBackup {
  const [takenAt, sortedAt] = [fromStore(taken_at), fromStore(sorted_at)];
  const acceptedAt = loss.accepted_at === null ? null : fromStore(loss.accepted_at);
  return { id, fileName: file_name, takenAt, sortedAt, state, damage, shrunkFrom: loss.shrunk_from, acceptedAt };
}
