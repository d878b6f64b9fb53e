import type { Period } from './job.ts';
import { lastTime, nextTime, planText } from './period.ts';

/** When a job runs next, and which times have had their turn. Plain data: it is kept in the history. */
export interface TurnPlan {
  /** `planText` of the period that it was made for. */
  readonly plan: string;
  /** Null: at no time. */
  readonly nextAt: Date | null;
  /** Times of a cron expression, in milliseconds since 1970, the oldest first. */
  readonly taken: readonly number[];
}

/** So many times are remembered: a clock that was set back further may do some of them again. */
const MOST_TAKEN = 100;

/**
 * Makes the plan fit to the clock, which may have jumped in either direction, and to the period, which may be a new one. A time of a
 * cron expression gets one turn: it stays taken when the clock is set back. Of several that have passed, the last one gets it. A
 * turn by interval comes one period after the last one, and never later than that from now, so that a clock that was in the future
 * does not stop it.
 * @param known undefined for a job that is new
 * @returns the plan; its `nextAt` is not after `now` when the job is due
 */
export function fitted(known: TurnPlan | undefined, every: Period | undefined, now: Date): TurnPlan {
  const plan = planText(every);
  const isSame = known?.plan === plan;
  if (every === undefined) return { plan, nextAt: null, taken: [] };
  if ('ms' in every) {
    const latest = new Date(now.getTime() + every.ms);
    // A job that is new, or has a new period, runs at once.
    const nextAt = isSame && known.nextAt ? earlier(known.nextAt, latest) : now;
    return { plan, nextAt, taken: [] };
  }
  const taken = isSame ? known.taken : [];
  const last = isSame && known.nextAt && known.nextAt <= now ? lastTime(every, now) : undefined;
  if (last && !taken.includes(last.getTime())) return { plan, nextAt: last, taken };
  return { plan, nextAt: nextTime(every, now, new Set(taken)) ?? null, taken };
}

/**
 * @param due the plan of a job that is due, as `fitted` made it
 * @returns the plan after this turn
 */
export function afterTurn(due: TurnPlan, every: Period, now: Date): TurnPlan {
  if ('ms' in every) return { ...due, nextAt: new Date(now.getTime() + every.ms) };
  const taken = [...new Set([...due.taken, due.nextAt!.getTime()])].sort((a, b) => a - b).slice(-MOST_TAKEN);
  return { ...due, taken, nextAt: nextTime(every, now, new Set(taken)) ?? null };
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
