import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { dayIn } from './day.ts';

/** A day on which databases were backed up for the first time. */
export interface FirstDay {
  /** Days since 1970-01-01, UTC. */
  readonly day: number;
  readonly databases: number;
}

/** @returns the first days of all databases. One seek on the index for each. */
export async function firstDaysOf(em: EntityManager): Promise<FirstDay[]> {
  const rows = await readRows<FirstDay>(
    em,
    `
    select ${dayIn(em, 'firsts.sorted_at')} as day, count(*) as \`databases\` from (
      select (
        select f.sorted_at from backups f where f.database_id = d.id
        order by f.database_id, f.sorted_at, f.id limit 1
      ) as sorted_at
      from \`databases\` d
    ) firsts where firsts.sorted_at is not null group by day`,
  );
  return rows.map(({ day, databases }) => ({ day: Number(day), databases: Number(databases) }));
}
