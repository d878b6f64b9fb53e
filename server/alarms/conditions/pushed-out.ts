import { backupsPerDay, mostPerDay } from '../../configuration/backups-per-day.ts';
import { isOneOf } from '../../history/conditions.ts';
import { backupsBy } from '../../history/dialect.ts';
import { readRows } from '../../history/read-rows.ts';
import { aliased, query } from '../../history/tables.ts';
import { inPieces, type Looking, utc } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

const DAY_MS = 86_400_000;
/** So many backups of any database within a day are in order. */
const MOST_A_DAY = mostPerDay(1);

/** Finds the databases that get so many backups that the retention would push good ones out: a stolen token could want that. */
export async function pushedOut({
  em,
  now,
  configuration,
}: Pick<Looking, 'em' | 'now' | 'configuration'>): Promise<Condition[]> {
  const since = new Date(now.getTime() - DAY_MS);
  const many = await readRows(em, manySince(backupsBy(em, 'backups_by_time'), since));
  const conditions: Condition[] = [];
  for (const piece of inPieces(many)) {
    const counts = new Map(piece.map(({ databaseId, backups }) => [databaseId, Number(backups)]));
    const rows = await readRows(em, NAMES.where(isOneOf(eb.ref('d.id'), [...counts.keys()])));
    for (const { id, name } of rows) {
      if (counts.get(id)! <= mostPerDay(backupsPerDay(configuration, name, now))) continue;
      conditions.push({
        ...{ kind: 'pushed_out', subject: name, database: name, severity: 'warning', since: now },
        summary: `${name} got ${counts.get(id)} backups since ${utc(since)}: its retention is held`,
        advice: `Check who sends them (auditEntries in GraphQL), and revoke that token if no one knows: node server/main.ts token revoke NAME`,
      });
    }
  }
  return conditions;
}

const eb = aliased<{ b: 'backups'; d: 'databases' }>();

function manySince(backups: ReturnType<typeof backupsBy>, since: Date) {
  return backups
    .where('b.sorted_at', '>=', since)
    .groupBy('b.database_id')
    .having(eb.fn.countAll(), '>', MOST_A_DAY)
    .select(['b.database_id as databaseId', eb.fn.countAll().as('backups')]);
}

const NAMES = query.selectFrom('databases as d').select(['d.id', 'd.name']);
