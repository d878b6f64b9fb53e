import { readRows } from '../../history/read-rows.ts';
import { query } from '../../history/tables.ts';
import { type Looking, NEW_WITHIN_MS } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

/** Finds the sources whose newest run was reported by a clock that is more than 15 minutes ahead. */
export async function clockAhead({ em, now, openSubjects }: Looking): Promise<Condition[]> {
  const since = new Date(now.getTime() - NEW_WITHIN_MS);
  const fresh = await readRows(em, AHEAD.where('r.received_at', '>=', since));
  const sources = new Set([...openSubjects('clock_ahead'), ...fresh.map(({ source }) => source)]);
  const conditions: Condition[] = [];
  for (const source of sources) {
    const [run] = await readRows(em, NEWEST.where('r.source', '=', source));
    if (!run || Number(run.seconds) <= 0) continue;
    conditions.push({
      ...{ kind: 'clock_ahead', subject: source, source, severity: 'warning', since: run.receivedAt },
      summary: `The clock of ${source} is ${Math.round(Number(run.seconds) / 60)} min ahead`,
      advice: `Set the clock of ${source} by NTP: timedatectl set-ntp true`,
    });
  }
  return conditions;
}

const AHEAD = query.selectFrom('runs as r').where('r.clock_ahead_seconds', '>', 0).select('r.source').distinct();

const NEWEST = query
  .selectFrom('runs as r')
  .orderBy('r.received_at', 'desc')
  .orderBy('r.id', 'desc')
  .limit(1)
  .select(['r.clock_ahead_seconds as seconds', 'r.received_at as receivedAt']);
