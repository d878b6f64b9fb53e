import type { Logger } from 'pino';
import { toExpectedError } from '../errors/expected-error.ts';
import type { Clock } from './clock.ts';
import type { Job } from './job.ts';
import type { JobRecords, KnownJob } from './job-records.ts';
import { StoredTurns } from './stored-turns.ts';
import { afterTurn, fitted, type TurnPlan } from './turn-plan.ts';

/** How a job is. */
export interface JobState {
  readonly name: string;
  readonly isRunning: boolean;
  readonly lastStartedAt: Date | null;
  /** Null while it runs, and when it has never ended. */
  readonly lastEndedAt: Date | null;
  /** Of its last turn. In one line, without paths of this machine. */
  readonly lastError: string | null;
  /** Null: at no time. Never in the past: what is due has to wait for a turn that goes on, or for the history. */
  readonly nextAt: Date | null;
}

interface Parts {
  readonly records: JobRecords;
  readonly log: Logger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A job in the middle of which the process died waits as long after the start, in milliseconds: it may have been the reason. */
const AFTER_CRASH_MS = 60_000;

/** One job: when it is due, and its turns one after the other. */
export class JobRunner {
  readonly job: Job;
  readonly #parts: Parts;
  readonly #turns: StoredTurns;
  readonly #startedMs: number;
  #known: KnownJob | undefined;
  /** Whether its last turn did not come to its end. */
  #isUnfinished = false;
  #isFailing = false;
  #running: Promise<void> | undefined;
  /** Asked for while it runs. */
  #again: PromiseWithResolvers<void> | undefined;
  /** Looks and requests, one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(job: Job, parts: Parts) {
    this.job = job;
    this.#parts = parts;
    this.#turns = new StoredTurns(job, parts.records);
    this.#startedMs = this.#monotonicMs();
  }

  /** Begins a turn if the job is due. Never throws. @returns when it is known, and begun if it is */
  look(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#running) return;
      const now = this.#parts.clock.now();
      const plan = await this.#planAt(now);
      if (this.#restsMs() > 0) return;
      const isDue = plan.nextAt !== null && plan.nextAt <= now;
      if (isDue) await this.#begin(now, afterTurn(plan, this.job.every!, now));
      // Its time was taken already.
      else if (this.#isUnfinished) await this.#begin(now, plan);
    });
  }

  /** Runs it now or, while it runs, once more after that. Never throws. @returns when that turn has ended */
  async runNow(): Promise<void> {
    if (this.#running) {
      this.#again ??= Promise.withResolvers();
      return this.#again.promise;
    }
    await this.#inTurn(async () => {
      if (this.#running) return;
      const now = this.#parts.clock.now();
      const plan = await this.#planAt(now);
      const { every } = this.job;
      await this.#begin(now, every && 'ms' in every ? afterTurn(plan, every, now) : plan);
    });
    await this.#running;
  }

  /** @returns when no turn runs */
  async ended(): Promise<void> {
    await this.#queue;
    await this.#running;
  }

  get state(): JobState {
    const { lastStartedAt = null, lastEndedAt = null, lastError = null } = this.#known ?? {};
    const isRunning = this.#running !== undefined;
    return { name: this.job.name, isRunning, lastStartedAt, lastEndedAt, lastError, nextAt: this.#nextAt() };
  }

  #nextAt(): Date | null {
    const plan = this.#known?.plan;
    if (!plan) return null;
    const soonestMs = this.#parts.clock.now().getTime() + Math.max(this.#restsMs(), 0);
    if (this.#isUnfinished) return new Date(soonestMs);
    return plan.nextAt && new Date(Math.max(plan.nextAt.getTime(), soonestMs));
  }

  /** @returns for how many milliseconds it still waits after the start; 0 or less when it does not */
  #restsMs(): number {
    const { restMs = 0 } = this.job;
    const waitsMs = this.#isUnfinished ? Math.max(AFTER_CRASH_MS, restMs) : restMs;
    return waitsMs - (this.#monotonicMs() - this.#startedMs);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      if (this.#parts.signal.aborted) return;
      try {
        await work();
        this.#isFailing = false;
      } catch (err) {
        // Usually the history is away: the next look comes soon, and one line is enough.
        if (!this.#isFailing)
          this.#parts.log.error(
            { err, job: this.job.name },
            `The job ${this.job.name} could not begin; it is tried again`,
          );
        this.#isFailing = true;
      }
    });
    return this.#queue;
  }

  #monotonicMs(): number {
    return this.#parts.clock.monotonicMs?.() ?? performance.now();
  }

  /** Looks the job up first, and fits its plan to the clock and to its period. */
  async #planAt(now: Date): Promise<TurnPlan> {
    const loaded = await this.#turns.load();
    if (loaded) {
      // At the start it was this service that died in the middle; later it is another one that runs it.
      if (!this.#known) this.#isUnfinished = loaded.lastStartedAt !== null && loaded.lastEndedAt === null;
      this.#known = loaded;
    }
    const plan = fitted(this.#known?.plan, this.job.every, now);
    await this.#turns.add(plan);
    this.#known = { ...(this.#known ?? NEVER_RUN), plan };
    return plan;
  }

  async #begin(now: Date, next: TurnPlan): Promise<void> {
    if (!(await this.#turns.take(next, now))) return;
    this.#isUnfinished = false;
    this.#known = { plan: next, lastStartedAt: now, lastEndedAt: null, lastError: null };
    this.#running = this.#run(now).finally(() => {
      this.#running = undefined;
      const again = this.#again;
      this.#again = undefined;
      if (again) void this.runNow().then(again.resolve);
    });
  }

  /** Never throws. */
  async #run(now: Date): Promise<void> {
    const { log, clock, signal } = this.#parts;
    const { name } = this.job;
    let lastError: string | null = null;
    try {
      await this.job.run({ now, signal });
    } catch (err) {
      // It is not written down as ended, so the next start runs it again.
      if (signal.aborted) return;
      lastError = toExpectedError(err)?.message ?? 'An internal error ended it: the log of the service shows the cause';
      log.error({ err, job: name }, `The job ${name} failed; it comes again at its time`);
    }
    const lastEndedAt = clock.now();
    this.#known = { ...this.#known!, lastEndedAt, lastError };
    await this.#turns.end(lastEndedAt, lastError).catch(err => {
      log.error({ err, job: name }, `The end of the job ${name} could not be stored: the next start may run it again`);
    });
  }
}

const NEVER_RUN = { lastStartedAt: null, lastEndedAt: null, lastError: null };
