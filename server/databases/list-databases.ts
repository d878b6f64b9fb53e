import { type LocatedLoss, locatedLosses } from '../backups/losses/unaccepted-losses.ts';
import { SUMMARY_COLUMNS, type SummarizedBackup, type SummaryRow, toSummary } from '../backups/summarized-backup.ts';
import type { HistoryManager } from '../history/history.ts';
import { readRows } from '../history/read-rows.ts';
import { LATEST_ID } from './search-databases.ts';

export interface ListedDatabase {
  readonly name: string;
  readonly latestBackup: SummarizedBackup;
  readonly unacceptedLoss: LocatedLoss | undefined;
}

/** One seek on the index per database, however long their histories are. */
export const LATEST_BACKUPS = `
  select d.name as database_name, ${SUMMARY_COLUMNS}
  from \`databases\` d
  join backups b on b.id = (${LATEST_ID})
  order by d.name`;

/** Lists the databases by name, each with its latest backup, in one query; and in another what they have lost. */
export async function listDatabases({ em }: { em: HistoryManager }): Promise<ListedDatabase[]> {
  const rows = await readRows<SummaryRow & { database_name: string }>(em, LATEST_BACKUPS);
  const losses = new Map((await locatedLosses({ em })).map(loss => [loss.database, loss]));
  return rows.map(row => ({
    name: row.database_name,
    latestBackup: toSummary(row),
    unacceptedLoss: losses.get(row.database_name),
  }));
}
