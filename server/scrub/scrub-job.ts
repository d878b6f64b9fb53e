import type { Job } from '../jobs/job.ts';
import type { Scrub } from './scrub.ts';

const HOUR_MS = 3_600_000;
/** A service that has just started has other things to do. */
const REST_MS = 300_000;

/**
 * Looks once an hour whether stored files are due for a check, and starts the scrub when some are. The scrub itself goes on beside it.
 * @param intervalDays how long a file may go unchecked; 0: the scrub is started by hand only
 */
export function scrubJob({
  scrub,
  intervalDays,
}: {
  readonly scrub: Pick<Scrub, 'isDue' | 'start'>;
  readonly intervalDays: number;
}): Job {
  return {
    name: 'scrub',
    every: intervalDays > 0 ? { ms: HOUR_MS } : undefined,
    restMs: REST_MS,
    async run({ signal }) {
      const isDue = await scrub.isDue();
      signal.throwIfAborted();
      if (isDue) scrub.start('scheduled');
    },
  };
}
