import { whenAborted } from '../channel/when-aborted.ts';
import type { DatabaseSource } from '../config/databases.ts';
import type { FinishedJob, OverJob, WaitingUpload } from './jobs.ts';

/**
 * Gives sources out; those that failed because the disk was full while others ran are tried again, each alone, when all others have ended
 * and given their room back.
 */
export class Rounds {
  readonly #first: AsyncIterable<DatabaseSource>;
  readonly #again: DatabaseSource[] = [];
  /** How many are running, with the zips of earlier runs among them. */
  #open: number;
  #allEnded = Promise.withResolvers<void>();

  /** @param first gives out each source once @param pendingUploads how many zips of earlier runs are under way beside them */
  constructor(first: AsyncIterable<DatabaseSource>, pendingUploads: number) {
    this.#first = first;
    this.#open = pendingUploads;
  }

  /** @throws the signal's reason when aborted while others are waited for */
  async *sources(signal: AbortSignal): AsyncGenerator<DatabaseSource> {
    for await (const source of this.#first) yield this.#begin(source);
    for (;;) {
      await this.#othersEnd(signal);
      const next = this.#again.shift();
      if (!next) return;
      yield this.#begin(next);
    }
  }

  /** To be called once with the result of each. @returns whether this is its end, and it is not tried again */
  isEnd(value: OverJob | WaitingUpload): value is FinishedJob | WaitingUpload {
    if (value.kind === 'postponed') this.#again.push(value.source);
    if (--this.#open === 0) this.#allEnded.resolve();
    return value.kind !== 'postponed';
  }

  #begin(source: DatabaseSource): DatabaseSource {
    if (this.#open++ === 0) this.#allEnded = Promise.withResolvers();
    return source;
  }

  async #othersEnd(signal: AbortSignal): Promise<void> {
    if (this.#open === 0) return;
    const { promise, reject } = Promise.withResolvers<never>();
    const stop = whenAborted(signal, () => reject(signal.reason));
    try {
      await Promise.race([this.#allEnded.promise, promise]);
    } finally {
      stop();
    }
  }
}
