import { JobRecord } from '../entities/job-record.entity.ts';
import type { EntityManager } from '../history/orm.ts';

/** A time in which the service did not look at its databases: it was off, or the history was away, or its clock was set forward. */
export interface UnseenTime {
  readonly from: Date;
  readonly until: Date;
}

/** The evaluation looks each minute. Between two looks that are further apart than this, no one has seen the time pass. */
export const UNSEEN_MS = 10 * 60_000;

/** So long and so many are remembered: a database whose contract asks for a backup once in 400 days may have to be explained. */
const KEPT_MS = 400 * 86_400_000;
const MOST_KEPT = 200;

/** Its row among those of the jobs. */
const NAME = 'evaluation: time seen';

/** @returns the times in which the service did not look, the oldest first; the last one may end now. None overlap. */
export async function unseenTimes(em: EntityManager, now: Date): Promise<UnseenTime[]> {
  const row = await em.fork().findOne(JobRecord, { name: NAME });
  if (!row?.lastEndedAt) return [];
  // What reaches beyond now was written by a clock that has since been set back.
  const known = timesIn(row.taken).filter(({ until }) => until <= now);
  const isUnseen = now.getTime() - row.lastEndedAt.getTime() > UNSEEN_MS;
  return isUnseen ? [...known, { from: row.lastEndedAt, until: now }] : known;
}

/** Notes that the service has looked at this time, and in which times before it has not. To be called after each look. */
export async function noteSeen(em: EntityManager, now: Date): Promise<void> {
  const times = (await unseenTimes(em, now))
    .filter(({ until }) => now.getTime() - until.getTime() < KEPT_MS)
    .slice(-MOST_KEPT)
    .map(({ from, until }) => [from.getTime(), until.getTime()]);
  const row = { name: NAME, plan: '', nextAt: null, lastStartedAt: null, lastEndedAt: now, lastError: null };
  await em.fork().upsert(JobRecord, { ...row, taken: JSON.stringify(times) });
}

function timesIn(text: string): UnseenTime[] {
  const pairs: ReadonlyArray<readonly [number, number]> = JSON.parse(text);
  return pairs.map(([from, until]) => ({ from: new Date(from), until: new Date(until) }));
}

/**
 * @param dueAt when something may go that people can take back until then
 * @param waitMs how long they were to have for that, in milliseconds
 * @returns whether they had it: in a time in which the service was off, or over which its clock has jumped, no one was told
 */
export function hasWaited(
  { dueAt, waitMs }: { readonly dueAt: Date; readonly waitMs: number },
  now: Date,
  unseen: readonly UnseenTime[],
): boolean {
  return now >= dueAt && seenMs(new Date(dueAt.getTime() - waitMs), now, unseen) >= waitMs;
}

/** @returns how much of the time between two instants the service has seen, in milliseconds */
function seenMs(from: Date, until: Date, unseen: readonly UnseenTime[]): number {
  const missed = unseen.map(time => Math.min(+time.until, +until) - Math.max(+time.from, +from));
  return Math.max(0, +until - +from - missed.reduce((sum, ms) => sum + Math.max(0, ms), 0));
}
