import { fromStore } from '../history/instants.ts';
import type { Backup } from './backup.entity.ts';

/** The little that a list of REST tells of a backup. */
export type SummarizedBackup = Readonly<Pick<Backup, 'id' | 'fileName' | 'takenAt' | 'state' | 'damage'>>;

/** The columns of the table `b` that `toSummary` reads. */
export const SUMMARY_COLUMNS = 'b.id, b.file_name, b.taken_at, b.state, b.damage';

export interface SummaryRow {
  readonly id: number;
  readonly file_name: string;
  readonly taken_at: number | string;
  readonly state: Backup['state'];
  readonly damage: string | null;
}

/** @returns what a row of `SUMMARY_COLUMNS` holds */
export function toSummary({ id, file_name, taken_at, state, damage }: SummaryRow): SummarizedBackup {
  return { id, fileName: file_name, takenAt: fromStore(taken_at), state, damage };
}
