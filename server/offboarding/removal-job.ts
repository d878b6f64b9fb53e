import type { Logger } from 'pino';
import { minuteOf } from '../../protocol/texts/minute.ts';
import type { Audit } from '../audit/audit.ts';
import type { BackupEvents } from '../backups/events/backup-events.ts';
import type { Orm } from '../history/orm.ts';
import type { Job } from '../jobs/job.ts';
import { unseenTimes } from '../jobs/unseen-times.ts';
import { type MayGo, removeDue } from '../removal/remove-due.ts';
import { noteTime } from '../removal/time-seen.ts';
import type { Storage } from '../storage/storage.ts';
import { eraseDue } from './erase-due.ts';

interface Parts {
  readonly history: Orm;
  readonly storage: Storage;
  readonly events: BackupEvents;
  readonly log: Logger;
  readonly audit: Audit;
  readonly mayGo: MayGo;
  /** How long what goes can be taken back, in milliseconds. */
  readonly graceMs: () => number;
  /** @returns why the clock can't be trusted; undefined while it can */
  readonly clockProblem: (now: Date) => Promise<string | undefined>;
}

const HOUR_MS = 3_600_000;

/**
 * The job that removes what is due by now: backups whose grace is over, and clients that are to be erased. After a time that no one has
 * seen pass it waits (`noteTime`), and while the clock can't be trusted. The grace of a backup and the waiting time of an erasure must have been
 * seen, however far the clock has jumped.
 */
export function removalJob({ history, log, graceMs, clockProblem, ...parts }: Parts): Job {
  return {
    name: 'removal',
    every: { ms: HOUR_MS },
    restMs: HOUR_MS / 12,
    async run({ now, signal }) {
      const hold = await noteTime({ em: history.em, now });
      if (hold?.isNew)
        log.warn(
          { held_until: hold.until },
          `The service was off or is new, or its clock was set forward: nothing is removed before ${minuteOf(hold.until)}`,
        );
      if (hold) return;
      const problem = await clockProblem(now);
      if (problem !== undefined) return log.warn(`Nothing is removed: ${problem}`);
      const turn = { ...parts, log, now, signal, unseen: await unseenTimes(history.em, now) };
      const removing = { ...turn, em: history.em.fork(), graceMs: graceMs() };
      const { removed, kept, failed } = await removeDue(removing);
      if (removed + kept + failed > 0)
        log.info(
          { removed, kept, failed },
          `Removed ${removed} backups; ${kept} stay after all, ${failed} could not be removed`,
        );
      await eraseDue({ ...turn, em: history.em.fork() });
    },
  };
}
