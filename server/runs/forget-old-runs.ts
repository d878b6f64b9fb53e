import { Run } from '../entities/runs/run.entity.ts';
import { RunOutcome } from '../entities/runs/run-outcome.entity.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';

/** How long a run is kept: a year, and some weeks for the comparison with the year before. */
const KEEP_MS = 400 * 86_400_000;
/** So many runs go at a time. */
const MOST_RUNS = 20;

/**
 * Deletes runs that were received more than 400 days ago, with their outcomes: the oldest first, and no more at a time than a request
 * may wait for. Called whenever a run is stored, so that the table does not grow without end.
 * @param now by the clock of the service
 * @param limits `atMost` is how many outcomes go at a time; of the oldest run all go
 */
export async function forgetOldRuns(
  em: EntityManager,
  now: Date,
  { atMost }: { readonly atMost: number },
): Promise<void> {
  const old = query
    .selectFrom('runs as r')
    .select(['r.id', 'r.total'])
    .where('r.received_at', '<', new Date(now.getTime() - KEEP_MS))
    .orderBy('r.received_at')
    .orderBy('r.id')
    .limit(MOST_RUNS);
  let outcomes = 0;
  for (const { id, total } of await readRows(em, old)) {
    if (outcomes > 0 && outcomes + total > atMost) return;
    outcomes += total;
    await em.nativeDelete(RunOutcome, { run: id });
    await em.nativeDelete(Run, { id });
  }
}
