import { DRILL_OUTCOMES, type LastDrill } from '../../protocol/last-drill.ts';
import { isOneOf } from '../history/conditions.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { query, reportExpressions } from '../history/tables.ts';
import { LISTED_REPORT, type ListedReport } from '../reports/search-reports.ts';

/** The newest drills of one database. */
export interface LastDrills {
  readonly last: ListedReport;
  /** The newest one that showed whether its backup is restorable. */
  readonly proof: ListedReport | undefined;
}

const newest = reportExpressions<'newest'>();

/** The drills of the database `d`, newest first: the first is one entry off the end of an index. */
const drillIds = query
  .selectFrom('reports as newest')
  .select('newest.id')
  .where('newest.kind', '=', 'drill')
  .where(newest('newest.database_name', '=', newest.ref('d.name')))
  .orderBy('newest.ended_at', 'desc')
  .orderBy('newest.id', 'desc')
  .limit(1);

const databases = query.selectFrom('databases as d');
const LAST = databases.innerJoin('reports as r', join => join.on('r.id', '=', drillIds)).select(LISTED_REPORT);
const PROOFS = databases
  .innerJoin('reports as r', join => join.on('r.id', '=', drillIds.where('newest.outcome', '!=', 'could_not_test')))
  .select(LISTED_REPORT);

/**
 * Looks up the newest drills of databases: a seek on an index for each.
 * @param names only of these; of all when left out
 * @returns by the names of the databases; one without a drill is left out
 */
export async function lastDrills(
  { em }: { em: EntityManager },
  names?: readonly string[],
): Promise<ReadonlyMap<string, LastDrills>> {
  const among = names ? [isOneOf(eb.ref('d.name'), names)] : [];
  const last = await readRows(em, LAST.where(eb.and(among)));
  const isKnown = last.every(({ outcome }) => outcome !== 'could_not_test');
  const proofs = isKnown ? last : await readRows(em, PROOFS.where(eb.and(among)));
  const proofOf = new Map(proofs.map(proof => [proof.databaseName, proof]));
  return new Map(last.map(drill => [drill.databaseName, { last: drill, proof: proofOf.get(drill.databaseName) }]));
}

const eb = reportExpressions<'r'>();

const OF_BACKUPS = query
  .selectFrom('backups as b')
  .innerJoin('reports as r', join =>
    join.on(
      'r.id',
      '=',
      query
        .selectFrom('reports as newest')
        .select('newest.id')
        .where('newest.kind', '=', 'drill')
        .where(newest('newest.backup_id', '=', newest.ref('b.id')))
        .orderBy('newest.ended_at', 'desc')
        .orderBy('newest.id', 'desc')
        .limit(1),
    ),
  )
  .select(LISTED_REPORT);

/** @returns the newest drill of each of some backups, by the backup's id; a backup without a drill is left out */
export async function drillsOfBackups(
  { em }: { em: EntityManager },
  ids: readonly number[],
): Promise<ReadonlyMap<number, ListedReport>> {
  const found = new Map<number, ListedReport>();
  for (let at = 0; at < ids.length; at += IDS_A_STATEMENT) {
    const some = isOneOf(eb.ref('b.id'), ids.slice(at, at + IDS_A_STATEMENT));
    for (const drill of await readRows(em, OF_BACKUPS.where(some)))
      if (drill.backupId != null) found.set(drill.backupId, drill);
  }
  return found;
}

const IDS_A_STATEMENT = 1000;

/** What lists of REST show of a drill. */
export function presentLastDrill({ id, backupId, outcome, endedAt, rtoSeconds, reason }: ListedReport): LastDrill {
  return {
    id,
    backup_id: backupId ?? null,
    outcome: DRILL_OUTCOMES.find(known => known === outcome) ?? 'could_not_test',
    at: endedAt.toISOString(),
    seconds: rtoSeconds ?? null,
    reason: reason ?? null,
  };
}
