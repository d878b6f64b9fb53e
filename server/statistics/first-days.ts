import { isOneOf } from '../history/conditions.ts';
import { dayIn } from '../history/dialect.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { expressions, query } from '../history/tables.ts';

/** A day on which databases were backed up for the first time. */
export interface FirstDay {
  /** Days since 1970-01-01, UTC. */
  readonly day: number;
  readonly databases: number;
}

/** @returns how many databases were backed up for the first time, by day. One seek on the index for each. */
export async function firstDays({ em, scope }: Reading): Promise<FirstDay[]> {
  const some = firstTimes.where(eb.and(isInScope(eb.ref('d.name'), scope)));
  const days = query.selectFrom(some.as('firsts')).where('firsts.sorted_at', 'is not', null);
  const rows = await readRows(
    em,
    days
      .select(eb => [dayIn(em, eb.ref('firsts.sorted_at').$notNull()).as('day'), eb.fn.countAll().as('count')])
      .groupBy('day'),
  );
  return rows.map(({ day, count }) => ({ day: Number(day), databases: Number(count) }));
}

/** @returns for each of some databases the day of its first backup. One seek on the index for each. */
export async function firstDayById(em: EntityManager, ids: readonly number[]): Promise<Map<number, number>> {
  const some = firstTimes.where(isOneOf(eb.ref('d.id'), ids));
  const days = query.selectFrom(some.as('firsts')).where('firsts.sorted_at', 'is not', null);
  const rows = await readRows(
    em,
    days.select(eb => ['firsts.id', dayIn(em, eb.ref('firsts.sorted_at').$notNull()).as('day')]),
  );
  return new Map(rows.map(({ id, day }) => [id, Number(day)]));
}

const eb = expressions<'f'>();

const firstTime = query
  .selectFrom('backups as f')
  .select('f.sorted_at')
  .where(eb('f.database_id', '=', eb.ref('d.id')))
  .orderBy('f.database_id')
  .orderBy('f.sorted_at')
  .orderBy('f.id')
  .limit(1);

const firstTimes = query.selectFrom('databases as d').select(['d.id', firstTime.as('sorted_at')]);
