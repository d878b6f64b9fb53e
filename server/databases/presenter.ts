import type { DatabaseHistory, DatabaseList } from '../../protocol/responses.ts';
import { presentSummary } from '../backups/presenter.ts';
import type { SummarizedBackup } from '../backups/summarized-backup.ts';
import type { ListedDatabase } from './list-databases.ts';

/** Response 1. */
export function presentDatabases(databases: readonly ListedDatabase[]): DatabaseList {
  const data = databases.map(({ name, latestBackup }) => ({
    database_name: name,
    latest_backup: presentSummary(latestBackup),
  }));
  return { data, message: 'Success' };
}

/** Response 2. */
export function presentHistory(name: string, backups: readonly SummarizedBackup[]): DatabaseHistory {
  return { data: { database_name: name, histories: backups.map(presentSummary) }, message: 'success' };
}
