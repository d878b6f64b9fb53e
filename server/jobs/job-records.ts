import { JobRecord } from '../entities/job-record.entity.ts';
import type { Orm } from '../history/orm.ts';
import type { TurnPlan } from './turn-plan.ts';

/** What the history has of a job. */
export interface KnownJob {
  readonly plan: TurnPlan;
  readonly lastStartedAt: Date | null;
  readonly lastEndedAt: Date | null;
  readonly lastError: string | null;
}

/** Keeps what is known of jobs over a restart. All writing is by one statement that says what was read before. */
export class JobRecords {
  readonly #history: Orm;

  constructor(history: Orm) {
    this.#history = history;
  }

  /** @returns undefined for a job that has never been seen */
  async find(name: string): Promise<KnownJob | undefined> {
    const row = await this.#history.em.fork().findOne(JobRecord, { name });
    if (!row) return undefined;
    const { plan, nextAt = null, lastStartedAt = null, lastEndedAt = null, lastError = null } = row;
    return { plan: { plan, nextAt, taken: JSON.parse(row.taken) }, lastStartedAt, lastEndedAt, lastError };
  }

  async add(name: string, { plan, nextAt, taken }: TurnPlan): Promise<void> {
    const none = { lastStartedAt: null, lastEndedAt: null, lastError: null };
    await this.#history.em.fork().insert(JobRecord, { name, plan, nextAt, taken: JSON.stringify(taken), ...none });
  }

  /**
   * Takes a turn. Of several services that share a history only one gets it.
   * @param seen what the history had as the next time, and as the last start
   * @returns whether this one has it
   */
  async take(
    name: string,
    seen: { readonly nextAt: Date | null; readonly lastStartedAt: Date | null },
    { plan, nextAt, taken }: TurnPlan,
    now: Date,
  ): Promise<boolean> {
    const changes = { plan, nextAt, taken: JSON.stringify(taken), lastStartedAt: now, lastEndedAt: null };
    return (await this.#history.em.fork().nativeUpdate(JobRecord, { name, ...seen }, changes)) === 1;
  }

  async end(name: string, lastEndedAt: Date, lastError: string | null): Promise<void> {
    await this.#history.em.fork().nativeUpdate(JobRecord, { name }, { lastEndedAt, lastError });
  }
}
