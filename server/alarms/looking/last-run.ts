import type { EntityManager } from '../../history/orm.ts';
import { readRows } from '../../history/read-rows.ts';
import { query } from '../../history/tables.ts';
import type { Roster } from './watched.ts';

/**
 * @returns when the last run of a list began that was reported; undefined when none was. A run of some databases only (`--only`) is no run
 *   of the list
 */
export async function lastRunOf(
  em: EntityManager,
  { source, shard, list, part }: Pick<Roster, 'source' | 'shard' | 'list' | 'part'>,
): Promise<Date | undefined> {
  const runs = await readRows(
    em,
    query
      .selectFrom('runs as r')
      .where('r.source', '=', source)
      .where('r.shard', '=', shard)
      .where('r.list', '=', list)
      .where('r.part', '=', part)
      .orderBy('r.started_at', 'desc')
      .orderBy('r.id', 'desc')
      .limit(MOST_PARTIAL)
      .select(['r.started_at as startedAt', 'r.is_partial as isPartial']),
  );
  return runs.find(({ isPartial }) => !isPartial)?.startedAt;
}

/** No one makes so many runs by hand between two of the list. */
const MOST_PARTIAL = 50;
