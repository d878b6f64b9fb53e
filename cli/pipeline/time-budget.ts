import { ExplainedError } from '../errors.ts';
import { formatSeconds } from '../terminal/format.ts';

const ADVICE = 'Check what the database server did at that time, or raise --timeout.';

/**
 * The time that one database may take. Only the time in which a worker is at it counts, not the waiting for one, and only
 * once where two work side by side.
 */
export class TimeBudget {
  readonly #totalMs: number;
  readonly #over = new AbortController();
  #leftMs: number;
  #atWork = 0;
  /** Since when a worker is busy, on the clock of `performance`. */
  #since = 0;
  /** What to do when the time is over during the work that was begun last. */
  #advice = ADVICE;
  #timer: NodeJS.Timeout | undefined;

  /** @param totalMs for all stages together, in milliseconds */
  constructor(totalMs: number) {
    this.#totalMs = totalMs;
    this.#leftMs = totalMs;
  }

  /** Whether the time is over. */
  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /**
   * Does some work that counts. Its signal aborts when the outer one does or when the time is over.
   * @param advice what to do when that happens; about the dump when left out
   * @throws {ExplainedError} when the time is over
   */
  async within<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>, advice = ADVICE): Promise<T> {
    this.#advice = advice;
    this.#begin();
    try {
      return await work(AbortSignal.any([signal, this.#over.signal]));
    } finally {
      this.#end();
    }
  }

  #begin(): void {
    if (this.#atWork++ > 0) return;
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.#over.abort(this.#overdue()), Math.max(0, this.#leftMs));
  }

  #end(): void {
    if (--this.#atWork > 0) return;
    clearTimeout(this.#timer);
    this.#leftMs -= performance.now() - this.#since;
  }

  #overdue(): ExplainedError {
    const seconds = Math.round(this.#totalMs / 1000);
    return new ExplainedError(
      `it took longer than the ${seconds < 60 ? `${seconds} s` : formatSeconds(seconds)} that one database may take`,
      {
        advice: this.#advice,
      },
    );
  }
}
