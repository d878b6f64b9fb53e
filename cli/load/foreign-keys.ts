import type { StatementPlace } from './load-error.ts';
import type { LoadMeter } from './load-meter.ts';
import type { SessionState, StatefulConnection } from './session-state.ts';
import type { Reference } from './table-definition/references.ts';
import type { TableDefinition } from './table-definition/table-definition.ts';
import type { LoadingTable, WorkQueue } from './work-queue.ts';

/** The foreign keys of one table. */
interface Waiting {
  readonly addForeignKeys: Uint8Array | undefined;
  readonly references: readonly Reference[];
  readonly place: StatementPlace;
  readonly state: SessionState;
  /** @returns the table's rows; undefined as long as it has none */
  readonly loading: () => LoadingTable | undefined;
}

interface Parts {
  readonly main: StatefulConnection;
  readonly queue: WorkQueue;
  readonly meter: LoadMeter;
}

/** Foreign keys that wait until all tables have their keys. */
export class ForeignKeys {
  readonly #parts: Parts;
  #waiting: Waiting[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /**
   * A table is about to be created. A foreign key may point to what is no key of it, or has another type: a server accepts that as
   * long as that table is not there, which in a dump is so where its name comes later. So such a foreign key is added now.
   */
  async beforeTable(name: string, definition: TableDefinition | undefined): Promise<void> {
    const wanted = Buffer.from(name).toString('latin1').toLowerCase();
    const isDoubtful = ({ table, key }: Reference) => table === wanted && !definition?.referable.includes(key);
    const doubtful = this.#waiting.filter(({ references }) => references.some(isDoubtful));
    this.#waiting = this.#waiting.filter(one => !doubtful.includes(one));
    for (const one of doubtful) {
      const loading = one.loading();
      if (loading !== undefined) await this.#parts.queue.untilDone(loading);
      await this.#add(one);
    }
  }

  /** Adds all that wait. */
  async addAll(): Promise<void> {
    for (const one of this.#waiting.splice(0)) await this.#add(one);
  }

  async #add({ addForeignKeys, place, state }: Waiting): Promise<void> {
    const object = `the foreign keys of ${place.object}`;
    this.#parts.meter.tell(object);
    await this.#parts.main.run(
      addForeignKeys!,
      { ...place, object, beginning: 'ALTER TABLE … ADD FOREIGN KEY' },
      state,
    );
  }
}
