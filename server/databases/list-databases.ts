import type { FindingList } from '../../protocol/finding.ts';
import { incompleteLosses } from '../backups/losses/incomplete-losses.ts';
import { type LocatedLoss, locatedLosses } from '../backups/losses/unaccepted-losses.ts';
import { SUMMARIZED, type SummarizedBackup } from '../backups/queries/summarized-backup.ts';
import { type LastDrills, lastDrills } from '../drills/last-drills.ts';
import { columns, joined } from '../history/columns.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';
import { latestCompleteId, latestId } from './latest-ids.ts';

export interface ListedDatabase {
  readonly name: string;
  readonly latestBackup: SummarizedBackup;
  /** The newest complete one that is sound. */
  readonly latestComplete: SummarizedBackup | null;
  /** What the latest one lacks, if it is incomplete and an older one has it. */
  readonly lossFindings: FindingList;
  readonly unacceptedLoss: LocatedLoss | undefined;
  /** Undefined when none of its backups had a drill. */
  readonly drills: LastDrills | undefined;
}

/** Two seeks on an index per database, however long their histories are. */
const LATEST_BACKUPS = query
  .selectFrom('databases as d')
  .innerJoin('backups as b', join => join.on('b.id', '=', latestId))
  .leftJoin('backups as c', join => join.on('c.id', '=', latestCompleteId))
  .select(['d.name as databaseName', ...columns('b', SUMMARIZED), ...columns('c', SUMMARIZED, 'complete_')])
  .orderBy('d.name');

const latestCompleteIn = joined(SUMMARIZED, 'complete_');

/** Lists the databases by name, each with its latest backups, in one query; and in others what they have lost. */
export async function listDatabases({ em }: { em: EntityManager }): Promise<ListedDatabase[]> {
  const rows = await readRows(em, LATEST_BACKUPS);
  const losses = new Map((await locatedLosses({ em })).map(loss => [loss.database, loss]));
  const incomplete = await incompleteLosses({ em }, rows);
  const drills = await lastDrills({ em });
  return rows.map(row => ({
    name: row.databaseName,
    latestBackup: row,
    latestComplete: latestCompleteIn(row),
    lossFindings: incomplete.get(row.id),
    unacceptedLoss: losses.get(row.databaseName),
    drills: drills.get(row.databaseName),
  }));
}
