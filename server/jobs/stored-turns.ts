import type { Job } from './job.ts';
import type { JobRecords, KnownJob } from './job-records.ts';
import type { TurnPlan } from './turn-plan.ts';

/** Jobs that come more often than this, in milliseconds, run anyway soon after a start: what is known of them is not kept. */
const KEPT_FROM_MS = 600_000;

/** The turns of one job as the history has them: read once, and again when another service has taken one. */
export class StoredTurns {
  readonly #job: Job;
  readonly #records: JobRecords;
  /** Undefined until it was read. */
  #stored: { readonly nextAt: Date | null; readonly lastStartedAt: Date | null } | undefined;

  constructor(job: Job, records: JobRecords) {
    this.#job = job;
    this.#records = records;
  }

  /** @returns what the history has of it, when that must be read first */
  async load(): Promise<KnownJob | undefined> {
    if (!this.#isKept || this.#stored) return undefined;
    const known = await this.#records.find(this.#job.name);
    if (known) this.#stored = { nextAt: known.plan.nextAt, lastStartedAt: known.lastStartedAt };
    return known;
  }

  /** Adds a job that the history has never seen. */
  async add(plan: TurnPlan): Promise<void> {
    if (!this.#isKept || this.#stored) return;
    await this.#records.add(this.#job.name, plan);
    this.#stored = { nextAt: plan.nextAt, lastStartedAt: null };
  }

  /** @returns whether this service has the turn. If another one has it, what that wrote is read by the next `load` */
  async take(next: TurnPlan, now: Date): Promise<boolean> {
    if (!this.#isKept) return true;
    const isOurs = await this.#records.take(this.#job.name, this.#stored!, next, now);
    this.#stored = isOurs ? { nextAt: next.nextAt, lastStartedAt: now } : undefined;
    return isOurs;
  }

  async end(endedAt: Date, error: string | null): Promise<void> {
    if (this.#isKept) await this.#records.end(this.#job.name, endedAt, error);
  }

  get #isKept(): boolean {
    const { every } = this.#job;
    return every === undefined || 'cron' in every || every.ms >= KEPT_FROM_MS;
  }
}
