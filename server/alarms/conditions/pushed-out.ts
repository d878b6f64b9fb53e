import { minuteOf } from '../../../protocol/texts/minute.ts';
import { backupsPerDay, mostPerDay } from '../../configuration/backups-per-day.ts';
import { isOneOf } from '../../history/conditions.ts';
import { backupsBy } from '../../history/dialect.ts';
import { readRows } from '../../history/read-rows.ts';
import { aliased, query } from '../../history/tables.ts';
import { inPieces, type Looking } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

const DAY_MS = 86_400_000;
/** A backup whose name is older than its receipt by more than this pushes no other one out. */
const LATE_MS = 2 * DAY_MS;
/** So many backups of any database within a day are in order. */
const MOST_A_DAY = mostPerDay(1);

/**
 * Finds the databases that get so many backups that the retention would push good ones out: a stolen token could want that. Receipts
 * count, since a name may say what it likes. No index has them, so they are read only of databases with many names of these days.
 */
export async function pushedOut({
  em,
  now,
  configuration,
}: Pick<Looking, 'em' | 'now' | 'configuration'>): Promise<Condition[]> {
  const since = new Date(now.getTime() - DAY_MS);
  const named = new Date(since.getTime() - LATE_MS);
  const many = await readRows(em, manySince(backupsBy(em, 'backups_by_time'), named));
  const conditions: Condition[] = [];
  for (const piece of inPieces(many.map(({ databaseId }) => databaseId))) {
    const received = receivedSince(since, named).where(isOneOf(eb.ref('b.database_id'), piece));
    for (const { name, backups } of await readRows(em, received)) {
      if (Number(backups) <= mostPerDay(backupsPerDay(configuration, name, now))) continue;
      conditions.push({
        ...{ kind: 'pushed_out', subject: name, database: name, severity: 'warning', since: now },
        summary: `${name} has received ${backups} backups since ${minuteOf(since, configuration.timezone)}, more than usual: none of its backups is removed for now`,
        advice:
          'If you made them yourself, acknowledge this: it ends a day later. Else see which token sends them, on the page Audit of the dashboard, and revoke it: sudo lumbung token revoke NAME',
      });
    }
  }
  return conditions;
}

const eb = aliased<{ b: 'backups'; d: 'databases' }>();

function manySince(backups: ReturnType<typeof backupsBy>, named: Date) {
  return backups
    .where('b.sorted_at', '>=', named)
    .groupBy('b.database_id')
    .having(eb.fn.countAll(), '>', MOST_A_DAY)
    .select('b.database_id as databaseId');
}

/** What was made before a restore displaces nothing. */
function receivedSince(since: Date, named: Date) {
  return query
    .selectFrom('backups as b')
    .innerJoin('databases as d', 'd.id', 'b.database_id')
    .where('b.sorted_at', '>=', named)
    .where('b.received_at', '>=', since)
    .where('b.made_for', 'is', null)
    .groupBy(['d.id', 'd.name'])
    .having(eb.fn.countAll(), '>', MOST_A_DAY)
    .select(['d.name', eb.fn.countAll().as('backups')]);
}
