import type { FindingList } from '../../protocol/finding.ts';
import { incompleteLosses } from '../backups/losses/incomplete-losses.ts';
import type { Place } from '../backups/losses/loss.ts';
import { type LocatedLoss, locatedLosses, newestClean } from '../backups/losses/unaccepted-losses.ts';
import { SUMMARIZED, type SummarizedBackup } from '../backups/queries/summarized-backup.ts';
import { type LastDrills, lastDrills } from '../drills/last-drills.ts';
import type { FreshnessState } from '../entities/freshness/watched-database.entity.ts';
import { columns, joined } from '../history/columns.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { query } from '../history/tables.ts';
import { latestCompleteId, latestId } from './latest-ids.ts';

export interface ListedDatabase {
  readonly name: string;
  readonly latestBackup: SummarizedBackup;
  /** The newest complete one that is sound. */
  readonly latestComplete: SummarizedBackup | null;
  /** The newest complete backup without an unaccepted loss: looked up only where the newest sound one has a loss, and is not the latest. */
  readonly clean: Place | undefined;
  /** What the latest one lacks, if it is incomplete and an older one has it. */
  readonly lossFindings: FindingList;
  readonly unacceptedLoss: LocatedLoss | undefined;
  /** Undefined when none of its backups had a drill. */
  readonly drills: LastDrills | undefined;
  /** Undefined before its first evaluation. */
  readonly freshness: Freshness | undefined;
}

/** Whether backups come as they are due, as the last evaluation has found it. */
export interface Freshness {
  readonly state: FreshnessState;
  readonly dueAt: Date | null;
  /** Of the current pause, or the last one. */
  readonly pausedUntil: Date | null;
}

/** Two seeks on an index per database, however long their histories are. */
const LATEST_BACKUPS = query
  .selectFrom('databases as d')
  .innerJoin('backups as b', join => join.on('b.id', '=', latestId))
  .leftJoin('backups as c', join => join.on('c.id', '=', latestCompleteId))
  .leftJoin('watched_databases as w', 'w.database_name', 'd.name')
  .select([
    'd.id as databaseId',
    'd.name as databaseName',
    'w.state as watchState',
    'w.due_at as dueAt',
    'w.paused_until as pausedUntil',
    ...columns('b', SUMMARIZED),
    ...columns('c', SUMMARIZED, 'complete_'),
  ])
  .orderBy('d.name');

const latestCompleteIn = joined(SUMMARIZED, 'complete_');

/** Lists the databases by name, each with its latest backups, in one query; and in others what they have lost. */
export async function listDatabases({ em, scope }: Reading): Promise<ListedDatabase[]> {
  const rows = await readRows(
    em,
    LATEST_BACKUPS.where(eb => eb.and(isInScope(eb.ref('d.name'), scope))),
  );
  const losses = new Map((await locatedLosses({ em, scope })).map(loss => [loss.database, loss]));
  const incomplete = await incompleteLosses({ em }, rows);
  const drills = await lastDrills({ em, scope });
  const clean = await cleanOf(em, rows);
  return rows.map(row => ({
    name: row.databaseName,
    latestBackup: row,
    latestComplete: latestCompleteIn(row),
    clean: clean.get(row.databaseId),
    lossFindings: incomplete.get(row.id),
    unacceptedLoss: losses.get(row.databaseName),
    drills: drills.get(row.databaseName),
    freshness: row.watchState ? { state: row.watchState, dueAt: row.dueAt, pausedUntil: row.pausedUntil } : undefined,
  }));
}

type Row = Parameters<typeof latestCompleteIn>[0] & { readonly id: number; readonly databaseId: number };

/** @returns by the ids of the databases; few have a loss, and still fewer a newer backup that may have all again */
async function cleanOf(em: EntityManager, rows: readonly Row[]): Promise<ReadonlyMap<number, Place | undefined>> {
  const ids = rows.flatMap(row => {
    const complete = latestCompleteIn(row);
    return complete?.shrunkFrom && !complete.acceptedAt && complete.id !== row.id ? [row.databaseId] : [];
  });
  const found = ids.length > 0 ? await newestClean({ em }, ids) : [];
  return new Map(ids.map((id, at) => [id, found[at]]));
}
