import { setTimeout as sleep } from 'node:timers/promises';

interface Delivery<T> {
  /** Delivers some items, all or nothing. */
  readonly deliver: (items: readonly T[]) => Promise<void>;
  /** How long it gathers items between two deliveries, in milliseconds: many at once cost little more than one. */
  readonly gatherMs?: number;
  /** So many are delivered at once. */
  readonly atOnce: number;
  /** So many may wait. */
  readonly most: number;
  /** Called when items could not be delivered, and when one was lost since too many wait; once for each item. */
  readonly onFailure: (error: unknown, items: readonly T[]) => void;
  readonly onRecovery: () => void;
  /** @returns what is delivered instead of so many that were lost */
  readonly lost: (count: number) => T;
  /** How long it waits before it tries again; doubled each time, up to thirty times as long. */
  readonly pauseMs?: number;
}

interface Waiting<T> {
  readonly item: T;
  hasFailed: boolean;
  readonly tried: () => void;
}

/** Delivers items in their order. What can't be delivered waits, and is tried again, until it is: bounded, and in memory only. */
export class RetryQueue<T> {
  readonly #delivery: Delivery<T>;
  readonly #waiting: Array<Waiting<T>> = [];
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #problem: unknown;
  #failures = 0;
  #lost = 0;
  #deliveredAt = Number.NEGATIVE_INFINITY;
  #isStopped = false;

  constructor(delivery: Delivery<T>) {
    this.#delivery = delivery;
  }

  /** The error of the last attempt, while items wait because of it. */
  get problem(): unknown {
    return this.#problem;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Never fails. @returns when the item was delivered, or could not be at once */
  add(item: T): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#waiting.length >= this.#delivery.most) {
      this.#lost += 1;
      this.#delivery.onFailure(new Error('too many entries wait'), [item]);
      return Promise.resolve();
    }
    const hasFailed = this.#problem !== undefined;
    if (hasFailed) {
      this.#delivery.onFailure(this.#problem, [item]);
      resolve();
    }
    this.#waiting.push({ item, hasFailed, tried: resolve });
    if (!hasFailed) void this.attempt();
    return promise;
  }

  /** Delivers what waits, now. Never fails. @returns when nothing waits any longer, or something could not be delivered */
  attempt(): Promise<void> {
    clearTimeout(this.#timer);
    this.#running ??= this.#deliverAll();
    return this.#running;
  }

  /** Gives what waits one more chance. @param patienceMs how long that may take @returns how many items were not delivered */
  async stop(patienceMs: number): Promise<number> {
    const late = new AbortController();
    const patience = sleep(patienceMs, undefined, { signal: late.signal }).catch(() => {});
    await Promise.race([this.attempt().then(() => this.attempt()), patience]);
    late.abort();
    this.#isStopped = true;
    clearTimeout(this.#timer);
    return this.#waiting.length;
  }

  async #deliverAll(): Promise<void> {
    // Those who come in the same moment go together.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0 || this.#lost > 0) {
        if (this.#waiting.length === 0) this.#noteLost();
        await this.#gather();
        const batch = this.#waiting.slice(0, this.#delivery.atOnce);
        try {
          await this.#delivery.deliver(batch.map(({ item }) => item));
        } catch (error) {
          return this.#fail(error);
        }
        this.#deliveredAt = performance.now();
        this.#waiting.splice(0, batch.length);
        for (const { tried } of batch) tried();
        if (this.#problem !== undefined) this.#recover();
      }
    } finally {
      // In the same moment in which nothing waits any longer: what is added in the next one has to start again.
      this.#running = undefined;
    }
  }

  /** What comes alone is delivered at once. */
  async #gather(): Promise<void> {
    const { gatherMs = 0, atOnce } = this.#delivery;
    const pause = this.#deliveredAt + gatherMs - performance.now();
    if (pause > 0 && this.#waiting.length < atOnce) await sleep(pause);
  }

  #noteLost(): void {
    const item = this.#delivery.lost(this.#lost);
    this.#lost = 0;
    this.#waiting.push({ item, hasFailed: false, tried: () => {} });
  }

  #fail(error: unknown): void {
    this.#problem = error;
    const fresh = this.#waiting.filter(({ hasFailed }) => !hasFailed);
    for (const waiting of fresh) {
      waiting.hasFailed = true;
      waiting.tried();
    }
    if (fresh.length > 0)
      this.#delivery.onFailure(
        error,
        fresh.map(({ item }) => item),
      );
    if (this.#isStopped) return;
    const { pauseMs = 1_000 } = this.#delivery;
    const pause = Math.min(pauseMs * 2 ** this.#failures++, 30 * pauseMs);
    this.#timer = setTimeout(() => void this.attempt(), pause).unref();
  }

  #recover(): void {
    this.#problem = undefined;
    this.#failures = 0;
    this.#delivery.onRecovery();
  }
}
