import { JobRecord } from '../entities/job-record.entity.ts';
import type { EntityManager } from '../history/orm.ts';

const HOUR_MS = 3_600_000;

/** The removal looks each hour. Between two looks that are further apart than this, no one has seen the time pass. */
const UNSEEN_MS = 3 * HOUR_MS;

/** So long is nothing removed at most because of a time that no one has seen: people look at the alarms meanwhile. */
const MOST_HELD_MS = 72 * HOUR_MS;

/** Its row among those of the jobs. */
const NAME = 'removal: time seen';

/** Until when nothing may go, and whether that has just been found out. */
export interface Hold {
  readonly until: Date;
  readonly isNew: boolean;
}

/**
 * Notes that the clock shows this time. A grace is for people to take something back, so time that passed while the service was off, or
 * that a clock has jumped over, does not count: nothing may go for as long after it, at most three days. A service without a note,
 * such as one whose history was made again, has seen nothing.
 * @returns undefined when all is well
 */
export async function noteTime({ em, now }: { em: EntityManager; now: Date }): Promise<Hold | undefined> {
  const before = await em.fork().findOne(JobRecord, { name: NAME });
  const seenAt = before?.lastEndedAt;
  const unseenMs = seenAt ? now.getTime() - seenAt.getTime() : Number.POSITIVE_INFINITY;
  const untilMs = unseenMs > UNSEEN_MS ? now.getTime() + Math.min(unseenMs, MOST_HELD_MS) : 0;
  // After a clock that was set right the end may be years away: then it was one of the wrong clock.
  const knownMs = before?.nextAt?.getTime() ?? 0;
  const endMs = Math.max(untilMs, knownMs - now.getTime() > MOST_HELD_MS ? 0 : knownMs);
  const nextAt = endMs > now.getTime() ? new Date(endMs) : null;
  const row = { name: NAME, plan: '', nextAt, lastStartedAt: null, lastEndedAt: now, lastError: null, taken: '[]' };
  await em.fork().upsert(JobRecord, row);
  return nextAt ? { until: nextAt, isNew: untilMs > 0 } : undefined;
}
