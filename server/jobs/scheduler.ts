import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Orm } from '../history/orm.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import type { Job } from './job.ts';
import { JobRecords } from './job-records.ts';
import { JobRunner, type JobState } from './job-runner.ts';

export type { JobState } from './job-runner.ts';

interface Parts {
  readonly history: Orm;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly jobs: readonly Job[];
}

/** How often it checks whether a job is due at least, in milliseconds: timers do not see that the clock has jumped. */
const LOOK_MS = 5_000;
const SOONEST_MS = 20;

/** How long jobs may take to end once the service stops, in milliseconds. */
const STOP_WITHIN_MS = 5_000;

/** Runs the jobs of the service at their times: no two turns of a job at once, different jobs beside each other. */
export class Scheduler {
  readonly #runners: ReadonlyMap<string, JobRunner>;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** @throws Error when two jobs have the same name */
  constructor({ history, log, clock = SYSTEM_CLOCK, jobs }: Parts) {
    const records = new JobRecords(history);
    const parts = { records, log, clock, signal: this.#stopping.signal };
    this.#clock = clock;
    this.#runners = new Map(jobs.map(job => [job.name, new JobRunner(job, parts)]));
    if (this.#runners.size < jobs.length) throw new Error('Two jobs have the same name');
  }

  /** Looks from now on by itself. It keeps no process alive. */
  start(): void {
    const look = async () => {
      await this.look();
      if (!this.#stopping.signal.aborted) this.#timer = setTimeout(look, this.#pauseMs()).unref();
    };
    void look();
  }

  /** Begins what is due. @returns when it has begun */
  async look(): Promise<void> {
    await Promise.all([...this.#runners.values()].map(runner => runner.look()));
  }

  /**
   * Runs a job now or, while it runs, once more after that. Many calls meanwhile are one more turn.
   * @returns when that turn has ended, also when it failed
   * @throws Error when there is no such job
   */
  async runNow(name: string): Promise<void> {
    const runner = this.#runners.get(name);
    if (!runner) throw new Error(`There is no job ${name}`);
    await runner.runNow();
  }

  status(): JobState[] {
    return [...this.#runners.values()].map(({ state }) => state);
  }

  /** @returns when no job runs */
  async idle(): Promise<void> {
    await Promise.all([...this.#runners.values()].map(runner => runner.ended()));
  }

  /** Ends the jobs that run, and begins no more. Waits for that, but not for ever. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the service stops'));
    clearTimeout(this.#timer);
    const waited = new AbortController();
    const late = sleep(STOP_WITHIN_MS, undefined, { signal: waited.signal, ref: false }).catch(() => {});
    await Promise.race([this.idle(), late]);
    waited.abort();
  }

  #pauseMs(): number {
    const states = this.status();
    const now = this.#clock.now().getTime();
    // What is due by now has just been tried.
    const waits = states.flatMap(({ nextAt }) => (nextAt && nextAt.getTime() > now ? [nextAt.getTime() - now] : []));
    return Math.max(Math.min(...waits, LOOK_MS), SOONEST_MS);
  }
}
