import type { Job } from '../jobs/job.ts';

/** How often all is evaluated: someone is told within the hour, and most of that is patience. */
const EVERY_MS = 60_000;

/**
 * @param steps what one evaluation does, in this order: the alarms follow from what was found before them
 * @returns the job that finds out, once a minute, what a person must see to
 */
export function evaluationJob(steps: ReadonlyArray<Job['run']>): Job {
  return {
    name: 'evaluation',
    every: { ms: EVERY_MS },
    async run(turn) {
      for (const step of steps) {
        turn.signal.throwIfAborted();
        await step(turn);
      }
    },
  };
}
