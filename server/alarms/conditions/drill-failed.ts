import { isOneOf } from '../../history/conditions.ts';
import { readRows } from '../../history/read-rows.ts';
import { aliased, query } from '../../history/tables.ts';
import { inPieces, type Looking, NEW_WITHIN_MS, short } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

/** Finds the databases whose newest drill that could test showed that a backup is not restorable. */
export async function drillFailed({ em, now, openSubjects }: Looking): Promise<Condition[]> {
  const since = new Date(now.getTime() - NEW_WITHIN_MS);
  const fresh = await readRows(em, FAILED.where('r.ended_at', '>=', since));
  const names = [...new Set([...openSubjects('drill_failed'), ...fresh.map(({ name }) => name)])];
  const conditions: Condition[] = [];
  for (const piece of inPieces(names)) {
    const rows = await readRows(em, NEWEST.where(isOneOf(eb.ref('d.name'), piece)));
    for (const { name, outcome, endedAt, reason, fileName } of rows)
      if (outcome === 'not_restorable')
        conditions.push({
          ...{ kind: 'drill_failed', subject: name, database: name, severity: 'critical', since: endedAt },
          summary: `A backup of ${name} could not be restored in a drill: ${short(reason ?? 'the restored database differs')}`,
          advice: `Back ${name} up again, and drill that backup. The one that failed is ${fileName}`,
        });
  }
  return conditions;
}

const eb = aliased<{ d: 'databases'; r: 'reports'; newest: 'reports' }>();

const FAILED = query
  .selectFrom('reports as r')
  .where('r.kind', '=', 'drill')
  .where('r.outcome', '=', 'not_restorable')
  .select('r.database_name as name')
  .distinct();

const newestId = query
  .selectFrom('reports as newest')
  .select('newest.id')
  .where('newest.kind', '=', 'drill')
  .where(eb('newest.database_name', '=', eb.ref('d.name')))
  .where('newest.outcome', '!=', 'could_not_test')
  .orderBy('newest.ended_at', 'desc')
  .orderBy('newest.id', 'desc')
  .limit(1);

const NEWEST = query
  .selectFrom('databases as d')
  .innerJoin('reports as r', join => join.on('r.id', '=', newestId))
  .select(['d.name', 'r.outcome', 'r.ended_at as endedAt', 'r.reason', 'r.file_name as fileName']);
