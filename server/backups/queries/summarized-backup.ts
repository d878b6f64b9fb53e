import { columns, type Selected } from '../../history/columns.ts';
import { allBackups } from '../../history/tables.ts';

/** The few columns that a list of REST shows about a backup. */
export const SUMMARIZED = [
  'id',
  'file_name',
  'taken_at',
  'sorted_at',
  'state',
  'damage',
  'size',
  'dump_size',
  'dump_rows',
  'table_count',
  'finding_count',
  'worst_finding',
  'made_for',
  'shrunk_from',
  'accepted_at',
  'removal_due',
  'removed_at',
] as const;

export type SummarizedBackup = Selected<(typeof SUMMARIZED)[number]>;

/** All backups, as lists of REST have them. */
export const summarizedBackups = allBackups.select(columns('b', SUMMARIZED));
