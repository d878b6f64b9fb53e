import type { Logger } from 'pino';
import { EVERYTHING, type Scope } from '../auth/scope.ts';
import type { Orm } from '../history/orm.ts';
import { type Clock, SYSTEM_CLOCK } from '../jobs/clock.ts';
import type { Storage } from '../storage/storage.ts';
import { type Applied, type Applying, applyPlan } from './apply-plan.ts';
import { planFleet } from './plan-fleet.ts';
import type { DatabasePlan } from './rules/plan-retention.ts';
import type { RetentionConfiguration } from './terms-of.ts';

interface Parts {
  readonly history: Orm;
  readonly storage: Storage;
  readonly configuration: () => RetentionConfiguration;
  readonly log: Logger;
  readonly clock?: Clock;
}

/** So many backups may one request let go: each takes some milliseconds. */
const MOST_AT_ONCE = 2_000;

/** The retention as the requests of clients see it. */
export class Retention {
  readonly #parts: Parts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether anything may go. */
  get isOn(): boolean {
    return this.#parts.configuration().retention.enabled;
  }

  /**
   * @returns the plan of now for a database; undefined when there is no such database. One is made after the other: each holds
   *   all backups of its database
   */
  planOf(database: string): Promise<DatabasePlan | undefined> {
    const plan = this.#last.then(() => this.#planOf(database));
    this.#last = plan.catch(() => undefined);
    return plan;
  }

  async #planOf(database: string): Promise<DatabasePlan | undefined> {
    for await (const plan of planFleet(this.#applying(), { scope: EVERYTHING, names: [database] })) return plan;
    return undefined;
  }

  /** Applies a plan as an operator does. @throws AppError as `applyPlan` does, and when too many backups would go at once */
  apply(id: number, { by, scope }: { by: string; scope: Scope }): Promise<Applied> {
    return applyPlan(this.#applying(), { id, by, scope, isOperator: true, atMost: MOST_AT_ONCE });
  }

  #applying(): Applying {
    const { history, storage, configuration, log, clock = SYSTEM_CLOCK } = this.#parts;
    return { em: history.em.fork(), storage, configuration: configuration(), now: clock.now(), log };
  }
}
