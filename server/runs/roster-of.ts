import type { Run } from '../entities/runs/run.entity.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { query, rosterExpressions } from '../history/tables.ts';

/** Which source, and whose reports of it. */
export interface SourceSearch {
  readonly source: string;
  readonly shard: string;
  /** The name of a token: only what it has reported; undefined for all. */
  readonly reportedBy: string | undefined;
}

/** What is known of a source. */
export interface SourceRoster {
  readonly source: string;
  readonly shard: string;
  readonly lastRun: Pick<Run, 'startedAt' | 'endedAt' | 'receivedAt' | 'exitCode'> | undefined;
  readonly databases: readonly string[];
}

/** A source has no more of them: `syncRoster` sees to that. */
const MOST_LABELS = 50_000;

/** @returns the newest run of a source, and the labels in scope that are on its roster, by name */
export async function rosterOf(
  { em, scope }: Reading,
  { source, shard, reportedBy }: SourceSearch,
): Promise<SourceRoster> {
  const runs = query
    .selectFrom('runs as r')
    .select(['r.started_at as startedAt', 'r.ended_at as endedAt', 'r.received_at as receivedAt'])
    .select('r.exit_code as exitCode')
    .where('r.source', '=', source)
    .where('r.shard', '=', shard)
    .orderBy('r.started_at', 'desc')
    .orderBy('r.id', 'desc')
    .limit(1);
  const [lastRun] = await readRows(em, reportedBy === undefined ? runs : runs.where('r.reported_by', '=', reportedBy));
  const entries = query
    .selectFrom('roster_entries as e')
    .select('e.database_name as name')
    .where('e.source', '=', source)
    .where('e.shard', '=', shard)
    .where('e.gone_at', 'is', null)
    .where(eb.and(isInScope(eb.ref('e.database_name'), scope)))
    .orderBy('e.database_name')
    .limit(MOST_LABELS);
  const databases = (await readRows(em, entries)).map(({ name }) => name);
  return { source, shard, lastRun, databases };
}

const eb = rosterExpressions();
