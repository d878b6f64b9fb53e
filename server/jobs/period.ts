import { Cron } from 'croner';
import type { Period } from './job.ts';

/** @returns a text that is another one for another period */
export function planText(every: Period | undefined): string {
  if (every === undefined) return 'never';
  return 'ms' in every ? `every ${every.ms} ms` : `cron ${every.cron} ${every.timezone}`;
}

/** @returns the first time of a cron expression after an instant that has not had its turn; undefined when it never comes */
export function nextTime(
  { cron, timezone }: { readonly cron: string; readonly timezone: string },
  after: Date,
  taken: ReadonlySet<number>,
): Date | undefined {
  const times = new Cron(cron, { timezone, mode: '5-part' });
  // Each time that was taken is skipped once, so it ends.
  for (let next = times.nextRun(after); next; next = times.nextRun(next)) if (!taken.has(next.getTime())) return next;
  return undefined;
}

/** @returns the last time of a cron expression that is not after an instant; undefined when it has not come yet */
export function lastTime(
  { cron, timezone }: { readonly cron: string; readonly timezone: string },
  until: Date,
): Date | undefined {
  // It looks at whole seconds, before an instant: the first may be up to a second late.
  const times = new Cron(cron, { timezone, mode: '5-part' }).previousRuns(2, new Date(until.getTime() + 1_000));
  return times.find(time => time <= until);
}
