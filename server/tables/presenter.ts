import type { TableSearch } from '../../protocol/reports/report-answers.ts';
import { presentSummary } from '../backups/presenter.ts';
import type { FoundTables } from './find-table.ts';

/** What `GET /-/tables` answers. */
export function presentTables(database: string, { backups, lookedAt, unknown, next }: FoundTables): TableSearch {
  const held = backups.map(({ backup, table: { name, rows, bytes } }) => ({
    ...presentSummary(backup, undefined),
    table: { name, rows, bytes },
  }));
  return { data: { database_name: database, backups: held, looked_at: lookedAt, unknown, next }, message: 'success' };
}
