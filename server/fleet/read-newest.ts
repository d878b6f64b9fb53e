import { latestCompleteAt, latestRegularId } from '../databases/latest-ids.ts';
import { isOneOf } from '../history/conditions.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows, selectedBySubquery } from '../history/read-rows.ts';
import { aliased, query } from '../history/tables.ts';
import type { Newest } from './standing.ts';

const eb = aliased<{ d: 'databases' }>();

/** So many names stand in one statement. */
const AT_ONCE = 500;

/** Looks up the newest backups of some databases: two seeks on an index for each. @returns by name */
export async function readNewest(em: EntityManager, names: readonly string[]): Promise<Map<string, Newest>> {
  const found = new Map<string, Newest>();
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = PAGE.where(isOneOf(eb.ref('d.name'), names.slice(at, at + AT_ONCE)));
    const rows = await readRows(
      em,
      query
        .selectFrom(some.as('d'))
        .innerJoin('backups as b', 'b.id', 'd.newest_id')
        .select(['d.name', 'b.state', 'b.damage', 'b.sorted_at as sortedAt', 'b.received_at as receivedAt'])
        .select('d.complete_at as completeAt'),
    );
    for (const { name, completeAt, ...newest } of rows)
      found.set(name, { ...newest, completeAt: selectedBySubquery(completeAt) });
  }
  return found;
}

/** The limit, of no effect, keeps MariaDB from looking several times. */
const PAGE = query
  .selectFrom('databases as d')
  .select(['d.name', latestRegularId.as('newest_id'), latestCompleteAt.as('complete_at')])
  .limit(AT_ONCE);
