import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { query, runExpressions } from '../history/tables.ts';

/** A database that a run did not back up completely. */
export interface JustReported {
  /** When a run ended that did not back it up at all; undefined where its backup is incomplete. */
  readonly failedAt: Date | undefined;
}

/** Each minute an evaluation opens the alarms of what was reported before it: by then they say it. */
const EVALUATED_WITHIN_MS = 2 * 60_000;
/** More is no page that someone reads: the alarms have them all a minute later. */
const MOST = 5_000;

/** Reads what runs have reported and no evaluation may have looked at yet. Without it a page is green while a run has just failed. */
export async function readJustReported({
  em,
  scope,
  now,
}: Reading & { readonly now: Date }): Promise<Map<string, JustReported>> {
  const since = new Date(now.getTime() - EVALUATED_WITHIN_MS);
  const inScope = eb.and(isInScope(eb.ref('o.database_name'), scope));
  const rows = await readRows(em, NOT_COMPLETE.where('r.received_at', '>=', since).where(inScope).limit(MOST));
  return new Map(
    rows.map(({ name, state, endedAt }) => [name, { failedAt: state === 'incomplete' ? undefined : endedAt }]),
  );
}

const eb = runExpressions();

const NOT_COMPLETE = query
  .selectFrom('runs as r')
  .innerJoin('run_outcomes as o', 'o.run', 'r.id')
  .where('o.is_leftover', '=', 0)
  .where('o.state', '!=', 'complete')
  .orderBy('r.received_at')
  .select(['o.database_name as name', 'o.state', 'o.ended_at as endedAt']);
