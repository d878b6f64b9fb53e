import { currentCode } from '../../../protocol/finding-codes.ts';
import type { Backup } from '../../entities/backup.entity.ts';
import { fromStore } from '../../history/dialect.ts';

/** The few columns that a list of REST shows about a backup. */
export type SummarizedBackup = Readonly<
  Pick<
    Backup,
    | 'id'
    | 'fileName'
    | 'takenAt'
    | 'sortedAt'
    | 'state'
    | 'damage'
    | 'size'
    | 'dumpSize'
    | 'dumpRows'
    | 'tableCount'
    | 'findingCount'
    | 'worstFinding'
    | 'shrunkFrom'
    | 'acceptedAt'
  >
>;

const COLUMNS = [
  ...['id', 'file_name', 'taken_at', 'sorted_at', 'state', 'damage', 'size', 'dump_size', 'dump_rows', 'table_count'],
  ...['finding_count', 'worst_finding', 'shrunk_from', 'accepted_at'],
];

/** The columns of the table `b` that `toSummary` reads. */
export const SUMMARY_COLUMNS = COLUMNS.map(name => `b.${name}`).join(', ');

/** The same columns of the table `c`, for `toJoinedSummary`: named apart from those of `b`. */
export const JOINED_SUMMARY_COLUMNS = COLUMNS.map(name => `c.${name} as c_${name}`).join(', ');

export interface SummaryRow {
  readonly id: number;
  readonly file_name: string;
  readonly taken_at: number | string;
  readonly sorted_at: number | string;
  readonly state: Backup['state'];
  readonly damage: string | null;
  readonly size: number;
  readonly dump_size: number | null;
  readonly dump_rows: number | null;
  readonly table_count: number | null;
  readonly finding_count: number;
  readonly worst_finding: string | null;
  readonly shrunk_from: string | null;
  readonly accepted_at: number | string | null;
}

/** A row of `JOINED_SUMMARY_COLUMNS`, all null where nothing was joined. */
export type JoinedSummaryRow = { readonly c_id: number | null };

/** @returns what a row of `SUMMARY_COLUMNS` holds */
export function toSummary(row: SummaryRow): SummarizedBackup {
  return {
    id: row.id,
    fileName: row.file_name,
    takenAt: fromStore(row.taken_at),
    sortedAt: fromStore(row.sorted_at),
    state: row.state,
    damage: row.damage,
    size: row.size,
    dumpSize: row.dump_size,
    dumpRows: row.dump_rows,
    tableCount: row.table_count,
    findingCount: row.finding_count,
    worstFinding: row.worst_finding && currentCode(row.worst_finding),
    shrunkFrom: row.shrunk_from,
    acceptedAt: row.accepted_at === null ? null : fromStore(row.accepted_at),
  };
}

/** @returns what a row of `JOINED_SUMMARY_COLUMNS` holds, or null */
export function toJoinedSummary(row: JoinedSummaryRow): SummarizedBackup | null {
  if (row.c_id === null) return null;
  const joined = row as unknown as Readonly<Record<string, unknown>>;
  return toSummary(Object.fromEntries(COLUMNS.map(name => [name, joined[`c_${name}`]])) as unknown as SummaryRow);
}
