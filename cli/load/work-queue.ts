import type { StatementPlace } from './load-error.ts';
import { closePiece, type Piece } from './piece-files.ts';
import type { SessionState } from './session-state.ts';

/** A table whose rows are being loaded. */
export interface LoadingTable {
  readonly name: string;
  /** Of its CREATE TABLE, or of its first INSERT where the dump does not create it. */
  readonly place: StatementPlace;
  /** For what is altered afterwards. */
  readonly state: SessionState;
  /** Whether its rows may come in another order than that of the dump. */
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
}

export type Work = RowsWork | KeysWork;

/** Pieces that may wait, beside the bytes that may. */
const MOST_PIECES = 256;

/** What is to be loaded, in the order of the dump as far as it matters, for several connections. */
export class WorkQueue {
  readonly #mostBytes: number;
  readonly #rows: RowsWork[] = [];
  readonly #keys: KeysWork[] = [];
  /** Pieces of a table that are not loaded yet. */
  readonly #open = new Map<LoadingTable, number>();
  readonly #running = new Set<Work>();
  readonly #whole = new Set<LoadingTable>();
  #bytes = 0;
  #isEnded = false;
  #aborted: { readonly reason: unknown } | undefined;
  #changed = Promise.withResolvers<void>();

  /** @param mostBytes that may wait */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
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
    this.#open.set(work.table, (this.#open.get(work.table) ?? 0) + 1);
    this.#rows.push(work);
    this.#bytes += work.piece.size;
    this.#change();
  }

  /** All rows of a table have been added. */
  close(table: LoadingTable): void {
    this.#whole.add(table);
    this.#finish(table);
    this.#change();
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
      this.#open.set(work.table, this.#open.get(work.table)! - 1);
      this.#finish(work.table);
    }
    this.#change();
  }

  #take(): Work | undefined {
    const keys = this.#keys.shift();
    if (keys !== undefined) return keys;
    const busy = new Set([...this.#running].filter(({ table }) => !table.isOrderFree).map(({ table }) => table.name));
    const at = this.#rows.findIndex(({ table }) => !busy.has(table.name));
    return at < 0 ? undefined : this.#rows.splice(at, 1)[0];
  }

  #finish(table: LoadingTable): void {
    if (!this.#whole.has(table) || (this.#open.get(table) ?? 0) > 0) return;
    this.#whole.delete(table);
    this.#open.delete(table);
    if (table.addKeys !== undefined) this.#keys.push({ kind: 'keys', table, addKeys: table.addKeys });
  }

  #change(): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve();
  }
}
