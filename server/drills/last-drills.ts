import { DRILL_OUTCOMES, type LastDrill } from '../../protocol/last-drill.ts';
import { isOneOf } from '../history/conditions.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { query, reportExpressions } from '../history/tables.ts';
import { LISTED_REPORT, type ListedReport } from '../reports/search-reports.ts';

/** The newest drills of one database, or of one backup. */
export interface LastDrills {
  readonly last: ListedReport;
  /** The newest one that showed whether its backup is restorable. */
  readonly proof: ListedReport | undefined;
}

const newest = reportExpressions<'newest'>();

/** The drills of the database `d`, newest first: the first is one entry off the end of an index. */
export const drillIds = query
  .selectFrom('reports as newest')
  .select('newest.id')
  .where('newest.kind', '=', 'drill')
  .where(newest('newest.database_name', '=', newest.ref('d.name')))
  .orderBy('newest.ended_at', 'desc')
  .orderBy('newest.id', 'desc')
  .limit(1);

/** The same, without those that could not test. */
export const proofIds = drillIds.where('newest.outcome', '!=', 'could_not_test');
const LAST_IDS = query.selectFrom('databases as d').select([drillIds.as('lastId'), proofIds.as('proofId')]);

/**
 * Looks up the newest drills of databases: two seeks on an index for each. The rows are read in a second statement: in one,
 * MariaDB may look for the newest drill of each database once for each drill that there is.
 * @param names only of these; of all when left out
 * @returns by the names of the databases; one without a drill is left out
 */
export async function lastDrills(
  { em, scope }: Reading,
  names?: readonly string[],
): Promise<ReadonlyMap<string, LastDrills>> {
  const seen = LAST_IDS.where(eb.and(isInScope(eb.ref('d.name'), scope)));
  const ids = await readRows(em, names ? seen.where(isOneOf(eb.ref('d.name'), names)) : seen);
  const drills = await reportsById(
    em,
    ids.flatMap(({ lastId, proofId }) => [lastId, proofId]),
  );
  const found = new Map<string, LastDrills>();
  for (const { lastId, proofId } of ids) {
    const last = drills.get(lastId ?? 0);
    if (last) found.set(last.databaseName, { last, proof: drills.get(proofId ?? 0) });
  }
  return found;
}

const idsOfBackup = query
  .selectFrom('reports as newest')
  .select('newest.id')
  .where('newest.kind', '=', 'drill')
  .where(newest('newest.backup_id', '=', newest.ref('b.id')))
  .orderBy('newest.ended_at', 'desc')
  .orderBy('newest.id', 'desc')
  .limit(1);
const proofIdsOfBackup = idsOfBackup.where('newest.outcome', '!=', 'could_not_test');
const OF_BACKUPS = query
  .selectFrom('backups as b')
  .select(['b.id', idsOfBackup.as('lastId'), proofIdsOfBackup.as('proofId')]);

/** @returns the newest drills of each of some backups, by the backup's id; a backup without a drill is left out */
export async function drillsOfBackups(
  { em }: { em: EntityManager },
  ids: readonly number[],
): Promise<ReadonlyMap<number, LastDrills>> {
  const found = new Map<number, LastDrills>();
  for (let at = 0; at < ids.length; at += IDS_A_STATEMENT) {
    const some = isOneOf(eb.ref('b.id'), ids.slice(at, at + IDS_A_STATEMENT));
    const rows = await readRows(em, OF_BACKUPS.where(some));
    const drills = await reportsById(
      em,
      rows.flatMap(({ lastId, proofId }) => [lastId, proofId]),
    );
    for (const { id, lastId, proofId } of rows) {
      const last = drills.get(lastId ?? 0);
      if (last) found.set(id, { last, proof: drills.get(proofId ?? 0) });
    }
  }
  return found;
}

const IDS_A_STATEMENT = 1000;

/** @param ids null for none, and the same one may be there twice */
export async function reportsById(
  em: EntityManager,
  ids: ReadonlyArray<number | null>,
): Promise<ReadonlyMap<number, ListedReport>> {
  const wanted = [...new Set(ids)].filter(id => id !== null);
  const found = new Map<number, ListedReport>();
  for (let at = 0; at < wanted.length; at += IDS_A_STATEMENT) {
    const some = isOneOf(eb.ref('r.id'), wanted.slice(at, at + IDS_A_STATEMENT));
    for (const report of await readRows(em, query.selectFrom('reports as r').select(LISTED_REPORT).where(some)))
      found.set(report.id, report);
  }
  return found;
}

const eb = reportExpressions<'r'>();

/** What REST shows of the drills of a database or a backup. */
export function presentDrills({ last, proof }: LastDrills): { last_drill: LastDrill; last_proof: LastDrill | null } {
  return { last_drill: presentDrill(last), last_proof: proof ? presentDrill(proof) : null };
}

function presentDrill({ id, backupId, outcome, endedAt, rtoSeconds, reason }: ListedReport): LastDrill {
  return {
    id,
    backup_id: backupId ?? null,
    outcome: DRILL_OUTCOMES.find(known => known === outcome) ?? 'could_not_test',
    at: endedAt.toISOString(),
    seconds: rtoSeconds ?? null,
    reason: reason ?? null,
  };
}
