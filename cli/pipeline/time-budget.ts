import { ExplainedError } from '../problems.ts';

/** The time that one database may take. Only the time in which a worker is at it counts, not the waiting for one. */
export class TimeBudget {
  readonly #totalMs: number;
  #leftMs: number;

  /** @param totalMs for all stages together, in milliseconds */
  constructor(totalMs: number) {
    this.#totalMs = totalMs;
    this.#leftMs = totalMs;
  }

  /**
   * Does some work that counts. Its signal aborts when the outer one does or when the time is over.
   * @throws {ExplainedError} when the time is over
   */
  async within<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timer = new AbortController();
    const timeout = setTimeout(() => timer.abort(this.#overdue()), Math.max(0, this.#leftMs));
    const started = performance.now();
    try {
      return await work(AbortSignal.any([signal, timer.signal]));
    } finally {
      clearTimeout(timeout);
      this.#leftMs -= performance.now() - started;
    }
  }

  #overdue(): ExplainedError {
    const seconds = Math.round(this.#totalMs / 1000);
    return new ExplainedError(`it took longer than the ${seconds} s that one database may take`, {
      advice: 'Look at what the server was busy with, or raise --timeout.',
    });
  }
}
