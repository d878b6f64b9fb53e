import { isOneOf } from '../../history/conditions.ts';
import { readRows } from '../../history/read-rows.ts';
import { aliased, query } from '../../history/tables.ts';
import { inPieces, type Looking, NEW_WITHIN_MS } from '../looking/looking.ts';
import { readRosters } from '../looking/watched.ts';
import type { Condition } from '../model/condition.ts';

/** Finds the databases whose newest backup is incomplete. */
export async function incomplete({ em, now, openSubjects }: Looking): Promise<Condition[]> {
  const since = new Date(now.getTime() - NEW_WITHIN_MS);
  const fresh = await readRows(em, INCOMPLETE.where('b.sorted_at', '>=', since));
  const names = [...new Set([...openSubjects('incomplete'), ...fresh.map(({ name }) => name)])];
  const rosters = await readRosters(em, names);
  const conditions: Condition[] = [];
  for (const piece of inPieces(names)) {
    const rows = await readRows(em, NEWEST.where(isOneOf(eb.ref('d.name'), piece)));
    for (const { name, id, state, finding, receivedAt } of rows) {
      if (state !== 'incomplete') continue;
      const roster = rosters.get(name);
      conditions.push({
        ...{ kind: 'incomplete', subject: name, database: name, severity: 'warning', since: receivedAt },
        ...(roster && { source: roster.source }),
        ...(roster?.groupName != null && { rosterGroup: roster.groupName }),
        summary: `The newest backup of ${name} is incomplete${finding === null ? '' : ` (${finding})`}`,
        advice: `Check what is missing, and fix it before the next run: sade show ${id}`,
      });
    }
  }
  return conditions;
}

const eb = aliased<{ b: 'backups'; d: 'databases'; newest: 'backups' }>();

const INCOMPLETE = query
  .selectFrom('backups as b')
  .innerJoin('databases as d', 'd.id', 'b.database_id')
  .where('b.state', '=', 'incomplete')
  .select('d.name')
  .distinct();

const newestId = query
  .selectFrom('backups as newest')
  .select('newest.id')
  .where(eb('newest.database_id', '=', eb.ref('d.id')))
  .where('newest.made_for', 'is', null)
  .where('newest.removed_at', 'is', null)
  .orderBy('newest.sorted_at', 'desc')
  .orderBy('newest.id', 'desc')
  .limit(1);

const NEWEST = query
  .selectFrom('databases as d')
  .innerJoin('backups as b', join => join.on('b.id', '=', newestId))
  .select(['d.name', 'b.id', 'b.state', 'b.worst_finding as finding', 'b.received_at as receivedAt']);
