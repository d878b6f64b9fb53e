import type { EntityManager } from '../history/orm.ts';
import { readRows, selectedBySubquery } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';
import { newestRun } from '../runs/list-sources.ts';
import type { Metric, Sample } from './exposition.ts';
import { toSeconds } from './timestamps.ts';

/** So many sources are shown, by their names: with an upload token anyone can make up more. */
const MOST_SOURCES = 1_000;

/** When the last run of each source that has a list ended. A run of some databases only (`--only`) does not count. */
export async function sourceMetrics(em: EntityManager): Promise<Metric[]> {
  const sources = await readRows(em, SOURCES);
  const samples = sources.slice(0, MOST_SOURCES).flatMap(({ source, shard, endedAt }): Sample[] => {
    const ended = selectedBySubquery(endedAt);
    return ended === null ? [] : [{ labels: { source, shard }, value: toSeconds(ended) }];
  });
  return [
    {
      name: 'lumbung_source_last_run_timestamp_seconds',
      help: 'When the last reported run of a list of databases ended, by the clock of its host',
      type: 'gauge',
      samples,
    },
    {
      name: 'lumbung_sources_left_out',
      help: 'How many sources are not listed, since there are too many',
      type: 'gauge',
      samples: [{ value: Math.max(0, sources.length - MOST_SOURCES) }],
    },
  ];
}

/** As many as a roster can have (`sync-roster.ts`). */
const SOURCES = query
  .selectFrom(
    query
      .selectFrom('roster_entries as e')
      .where('e.gone_at', 'is', null)
      .select(['e.source', 'e.shard'])
      .distinct()
      .as('s'),
  )
  .select(['s.source', 's.shard', newestRun.select('r.ended_at').as('endedAt')])
  .orderBy('s.source')
  .orderBy('s.shard');
