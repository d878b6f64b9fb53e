import type { StatementPlace } from './load-error.ts';
import { closePiece, type Piece } from './piece-files.ts';
import type { SessionState } from './session-state.ts';

/** A table whose rows are being loaded. */
export interface LoadingTable {
  /** Where rows may not change places, those of the same chain go one after another. */
  readonly chain: string;
  /** Of its CREATE TABLE, or of its first INSERT where the dump does not create it. */
  readonly place: StatementPlace;
  /** For what is altered afterwards. */
  readonly state: SessionState;
  /** Whether its rows may come in a different order than that of the dump. */
  readonly isOrderFree: boolean;
  /** What adds its keys once its rows are there; undefined where it has them already. */
  readonly addKeys: Uint8Array | undefined;
}

export interface RowsWork {
  readonly kind: 'rows';
  readonly table: LoadingTable;
  readonly piece: Piece;
  readonly state: SessionState;
  /** Of its first statement. */
  readonly place: StatementPlace;
}

export interface KeysWork {
  readonly kind: 'keys';
  readonly table: LoadingTable;
  readonly addKeys: Uint8Array;
  /** Of the table's rows, in bytes: how long it takes. */
  readonly size: number;
}

export type Work = RowsWork | KeysWork;

/** Pieces that may wait, beside the bytes that may: most of them are open files. */
const MOST_PIECES = 128;

/** What is to be loaded, in the order of the dump as far as it matters, for several connections. */
export class WorkQueue {
  readonly #mostBytes: number;
  readonly #rows: RowsWork[] = [];
  /** The longest first. */
  readonly #keys: KeysWork[] = [];
  readonly #keptForTheEnd: number;
  /** Of each table that is not done: pieces that are not loaded yet, and bytes of all its rows. */
  readonly #open = new Map<LoadingTable, { pieces: number; size: number }>();
  readonly #running = new Set<Work>();
  /** Tables whose keys are waited for. */
  readonly #urgent = new Set<LoadingTable>();
  readonly #whole = new Set<LoadingTable>();
  #bytes = 0;
  #memoryBytes = 0;
  #isEnded = false;
  #aborted: { readonly reason: unknown } | undefined;
  #changed = Promise.withResolvers<void>();

  /** @param mostBytes that may wait @param connections that take from it */
  constructor(mostBytes: number, connections: number) {
    this.#mostBytes = mostBytes;
    this.#keptForTheEnd = connections;
  }

  /** Of the pieces that are in memory. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /** @returns when there is room for more rows */
  async room(): Promise<void> {
    while (!this.#isEnded && (this.#bytes > this.#mostBytes || this.#rows.length > MOST_PIECES))
      await this.#changed.promise;
  }

  /** @throws what it was aborted for */
  async add(work: RowsWork): Promise<void> {
    if (this.#aborted !== undefined) {
      await closePiece(work.piece);
      throw this.#aborted.reason;
    }
    const { pieces, size } = this.#open.get(work.table) ?? { pieces: 0, size: 0 };
    this.#open.set(work.table, { pieces: pieces + 1, size: size + work.piece.size });
    this.#rows.push(work);
    this.#bytes += work.piece.size;
    this.#memoryBytes += work.piece.memory?.length ?? 0;
    this.#change();
  }

  /** All rows of a table have been added. */
  close(table: LoadingTable): void {
    this.#whole.add(table);
    this.#finish(table);
    this.#change();
  }

  /** @returns when the rows of a table and its keys are there; all its rows must have been added */
  async untilDone(table: LoadingTable): Promise<void> {
    this.#urgent.add(table);
    this.#change();
    const isOf = (work: Work) => work.table === table;
    while (this.#open.has(table) || this.#keys.some(isOf) || this.#running.values().some(isOf)) {
      if (this.#aborted !== undefined) throw this.#aborted.reason;
      await this.#changed.promise;
    }
  }

  /** Nothing more comes. */
  end(): void {
    this.#isEnded = true;
    this.#change();
  }

  /** Gives up what waits. */
  async abort(reason: unknown): Promise<void> {
    this.#isEnded = true;
    this.#aborted = { reason };
    this.#keys.length = 0;
    this.#change();
    for (const { piece } of this.#rows.splice(0)) await closePiece(piece);
  }

  /** @returns what to do next, as soon as there is something; undefined at the end, and when it was aborted */
  async next(): Promise<Work | undefined> {
    for (;;) {
      if (this.#aborted !== undefined) return undefined;
      const work = this.#take();
      if (work !== undefined) {
        this.#running.add(work);
        return work;
      }
      if (this.#isEnded && this.#rows.length === 0 && this.#running.size === 0) return undefined;
      await this.#changed.promise;
    }
  }

  done(work: Work): void {
    this.#running.delete(work);
    if (work.kind === 'rows') {
      this.#bytes -= work.piece.size;
      this.#memoryBytes -= work.piece.memory?.length ?? 0;
      this.#open.get(work.table)!.pieces--;
      this.#finish(work.table);
    }
    this.#change();
  }

  #take(): Work | undefined {
    const urgent = this.#keys.findIndex(({ table }) => this.#urgent.has(table));
    if (urgent >= 0) return this.#keys.splice(urgent, 1)[0];
    if (this.#keys.length > this.#keptForTheEnd) return this.#keys.pop();
    const busy = new Set([...this.#running].filter(({ table }) => !table.isOrderFree).map(({ table }) => table.chain));
    const at = this.#rows.findIndex(({ table }) => !busy.has(table.chain));
    return at < 0 ? this.#keys.shift() : this.#rows.splice(at, 1)[0];
  }

  /**
   * The keys of one table are made by one connection: the longest of these works are kept until the rows of all tables are there,
   * so that no connection is left alone with the last one.
   */
  #finish(table: LoadingTable): void {
    const { pieces, size } = this.#open.get(table) ?? { pieces: 0, size: 0 };
    if (!this.#whole.has(table) || pieces > 0) return;
    this.#whole.delete(table);
    this.#open.delete(table);
    if (table.addKeys === undefined) return;
    this.#keys.push({ kind: 'keys', table, addKeys: table.addKeys, size });
    this.#keys.sort((one, other) => other.size - one.size);
  }

  #change(): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve();
  }
}
