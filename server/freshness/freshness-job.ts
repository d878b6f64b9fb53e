import type { Logger } from 'pino';
import type { Configuration } from '../configuration/configuration.ts';
import type { Orm } from '../history/orm.ts';
import type { Job } from '../jobs/job.ts';
import { noteSeen } from '../jobs/unseen-times.ts';
import type { Storage } from '../storage/storage.ts';
import { evaluateFreshness } from './evaluate-freshness.ts';

interface Parts {
  readonly history: Orm;
  readonly storage: Storage;
  readonly configuration: { current(): Configuration };
  readonly log: Logger;
}

/** Each minute: a database is at most that much later found to be late. */
const EVERY_MS = 60_000;

/** @returns the job that finds the state of all databases */
export function freshnessJob({ history, storage, configuration, log }: Parts): Job {
  return {
    name: 'freshness',
    every: { ms: EVERY_MS },
    async run({ now, signal }) {
      const em = history.em.fork();
      const found = await evaluateFreshness({ em, storage, configuration: configuration.current(), now, log, signal });
      if (signal.aborted) return;
      await noteSeen(em, now);
      if (found.transitions > 0)
        log.info(
          found,
          `${found.transitions} ${found.transitions === 1 ? 'database has' : 'databases have'} a new state`,
        );
    },
  };
}
