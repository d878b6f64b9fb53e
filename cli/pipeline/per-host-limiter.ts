import type { DatabaseSource } from '../config/databases.ts';
import { log } from '../log.ts';
import { machineOf } from '../mysql/same-machine.ts';

/**
 * Gives sources out in their order, but no more at once of one host than that host should bear; until one of them has
 * ended, those of other hosts go first. Servers on several ports of one machine share its disks and cores: the port does not
 * count.
 */
export class PerHostLimiter implements AsyncIterable<DatabaseSource> {
  readonly #waiting: DatabaseSource[];
  readonly #perHost: number;
  readonly #machines: ReadonlyMap<DatabaseSource, string>;
  readonly #atWork = new Map<string, number>();
  #change = Promise.withResolvers<void>();

  /** @param perHost how many of one host at most */
  constructor(sources: readonly DatabaseSource[], perHost: number) {
    this.#waiting = [...sources];
    this.#perHost = perHost;
    const hosts = new Map([...new Set(sources.map(hostOf))].map(host => [host, machineOf(host)]));
    this.#machines = new Map(sources.map(source => [source, hosts.get(hostOf(source))!]));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DatabaseSource> {
    while (this.#waiting.length > 0) {
      const next = this.#waiting.findIndex(source => this.#on(source) < this.#perHost);
      if (next === -1) {
        const waiting = this.#waiting.map(({ label }) => label);
        log.debug('waits until a host has fewer dumps (--dumps-per-host)', { waiting, perHost: this.#perHost });
        await this.#change.promise;
      } else yield this.#begin(next);
    }
  }

  /** To be called for each one that was given out, once it asks nothing more of its host. */
  release(source: DatabaseSource): void {
    this.#count(source, -1);
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  #begin(index: number): DatabaseSource {
    const [source] = this.#waiting.splice(index, 1) as [DatabaseSource];
    this.#count(source, 1);
    return source;
  }

  #on(source: DatabaseSource): number {
    return this.#atWork.get(this.#machines.get(source)!) ?? 0;
  }

  #count(source: DatabaseSource, change: 1 | -1): void {
    this.#atWork.set(this.#machines.get(source)!, this.#on(source) + change);
  }
}

function hostOf({ host, socket }: DatabaseSource): string | undefined {
  return socket === undefined ? host : undefined;
}
