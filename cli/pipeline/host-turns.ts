import type { DatabaseSource } from '../config.ts';

/**
 * Gives sources out in their order, but no more at once of one host than that host should bear; until one of them has
 * ended, those of other hosts go first.
 */
export class HostTurns implements AsyncIterable<DatabaseSource> {
  readonly #waiting: DatabaseSource[];
  readonly #perHost: number;
  readonly #atWork = new Map<string, number>();
  #change = Promise.withResolvers<void>();

  /** @param perHost how many of one host at most */
  constructor(sources: readonly DatabaseSource[], perHost: number) {
    this.#waiting = [...sources];
    this.#perHost = perHost;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DatabaseSource> {
    while (this.#waiting.length > 0) {
      const next = this.#waiting.findIndex(source => this.#on(source) < this.#perHost);
      if (next === -1) await this.#change.promise;
      else yield this.#begin(next);
    }
  }

  /** To be called for each one that was given out, once it asks nothing more of its host. */
  ended(source: DatabaseSource): void {
    this.#atWork.set(hostOf(source), this.#on(source) - 1);
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  #begin(index: number): DatabaseSource {
    const [source] = this.#waiting.splice(index, 1) as [DatabaseSource];
    this.#atWork.set(hostOf(source), this.#on(source) + 1);
    return source;
  }

  #on(source: DatabaseSource): number {
    return this.#atWork.get(hostOf(source)) ?? 0;
  }
}

/** Two servers on one machine share its disks and cores. */
function hostOf({ host, socket }: DatabaseSource): string {
  return socket === undefined ? (host ?? '').toLowerCase() : 'this machine';
}
