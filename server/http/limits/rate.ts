import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';

/** Counts events by key, and forgets a key when its time is over. In memory: a storage has one service, so no other one counts. */
export class Rate {
  readonly #limiter: RateLimiterMemory;

  /**
   * @param most how many events of a key are within the limit
   * @param seconds how long they count, from the first one on
   */
  constructor({ most, seconds }: { most: number; seconds: number }) {
    this.#limiter = new RateLimiterMemory({ points: most, duration: seconds });
  }

  /**
   * Counts an event, or some that come together.
   * @param key of which there must not be any number: each is kept in memory for its time
   * @returns 0 within the limit, else after how many seconds the key may come again
   */
  async count(key: string | number, events = 1): Promise<number> {
    const { consumedPoints, msBeforeNext } = await this.#limiter.penalty(key, events);
    return consumedPoints > this.#limiter.points ? Math.max(1, Math.ceil(msBeforeNext / 1000)) : 0;
  }
}
