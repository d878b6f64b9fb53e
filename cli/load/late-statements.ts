import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import { placeOf, type StatementPlace } from './load-error.ts';
import type { LoadMeter } from './load-meter.ts';
import { framesOf, PieceStore } from './piece-files.ts';
import type { SessionState, StatefulConnection } from './session-state.ts';

/** Statements that are sent behind all rows, in their order. */
export class LateStatements implements AsyncDisposable {
  readonly #known: { readonly state: SessionState; readonly place: StatementPlace }[] = [];
  /** Their bytes; the `rows` of a frame is its number. */
  readonly #store: PieceStore;

  /** @param folder see `PieceStore` */
  constructor(folder: string, memoryBytes: number) {
    this.#store = new PieceStore(folder, memoryBytes);
  }

  /** @returns what is to be waited for, if anything; the statement's bytes may be used again then */
  add(statement: DumpStatement, state: SessionState): Promise<void> | undefined {
    const { bytes, at } = statement;
    const rows = this.#known.push({ state, place: placeOf(statement) }) - 1;
    return this.#store.add({ bytes, at, rows });
  }

  /** Sends all of them. */
  async load(connection: StatefulConnection, meter: LoadMeter): Promise<void> {
    for await (const { bytes, rows: number } of framesOf(await this.#store.finish(true))) {
      const { place, state } = this.#known[number]!;
      await connection.run(bytes, place, state);
      meter.add({ bytes: bytes.length, rows: 0 }, place.object ?? 'settings');
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#store[Symbol.asyncDispose]();
  }
}
