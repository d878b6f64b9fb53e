import type { FindingList } from '../../protocol/finding.ts';
import { incompleteLosses } from '../backups/losses/incomplete-losses.ts';
import { type LocatedLoss, locatedLosses } from '../backups/losses/unaccepted-losses.ts';
import {
  JOINED_SUMMARY_COLUMNS,
  type JoinedSummaryRow,
  SUMMARY_COLUMNS,
  type SummarizedBackup,
  type SummaryRow,
  toJoinedSummary,
  toSummary,
} from '../backups/queries/summarized-backup.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { LATEST_COMPLETE_ID, LATEST_ID } from './search-databases.ts';

export interface ListedDatabase {
  readonly name: string;
  readonly latestBackup: SummarizedBackup;
  /** The newest complete one that is sound. */
  readonly latestComplete: SummarizedBackup | null;
  /** What the latest one lacks, if it is incomplete and an older one has it. */
  readonly lossFindings: FindingList;
  readonly unacceptedLoss: LocatedLoss | undefined;
}

/** Two seeks on an index per database, however long their histories are. */
export const LATEST_BACKUPS = `
  select d.name as database_name, ${SUMMARY_COLUMNS}, ${JOINED_SUMMARY_COLUMNS}
  from \`databases\` d
  join backups b on b.id = (${LATEST_ID})
  left join backups c on c.id = (${LATEST_COMPLETE_ID})
  order by d.name`;

/** Lists the databases by name, each with its latest backups, in one query; and in others what they have lost. */
export async function listDatabases({ em }: { em: EntityManager }): Promise<ListedDatabase[]> {
  const rows = await readRows<SummaryRow & JoinedSummaryRow & { database_name: string }>(em, LATEST_BACKUPS);
  const losses = new Map((await locatedLosses({ em })).map(loss => [loss.database, loss]));
  const listed = rows.map(row => ({ ...row, latestBackup: toSummary(row) }));
  const incomplete = await incompleteLosses(
    { em },
    listed.map(({ latestBackup }) => latestBackup),
  );
  return listed.map(({ latestBackup, ...row }) => ({
    name: row.database_name,
    latestBackup,
    latestComplete: toJoinedSummary(row),
    lossFindings: incomplete.get(latestBackup.id),
    unacceptedLoss: losses.get(row.database_name),
  }));
}
