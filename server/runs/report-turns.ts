import { RetryLater } from '../errors/errors.ts';

/** How much may wait in memory, in bytes of JSON. */
const MOST_WAITING_BYTES = 32 * 1024 * 1024;
const RETRY_SECONDS = 5;

/**
 * Lets one report after the other be stored. Two that change the same roster at once would each overlook what the other does; and a report
 * may have ten thousand databases, of which not many must be in memory at once.
 */
export class ReportTurns {
  #line: Promise<unknown> = Promise.resolve();
  #bytes = 0;

  /**
   * @param bytes how large the report is
   * @throws RetryLater 503 when too many wait already; what `work` throws
   */
  async take<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.#bytes > 0 && this.#bytes + bytes > MOST_WAITING_BYTES)
      throw new RetryLater(
        503,
        'TOO_MANY_REPORTS',
        'Too many reports of runs are waiting: send it again',
        RETRY_SECONDS,
      );
    this.#bytes += bytes;
    const mine = this.#line.then(work);
    this.#line = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      this.#bytes -= bytes;
    }
  }
}
