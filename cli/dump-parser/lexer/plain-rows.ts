import { WASM } from './plain-rows-wasm.ts';

/** Bytes that are read at once, and the least that are. */
export const BLOCK = 64;

/** Bytes that are copied at once: they are still in the processor's cache when they are read. */
const WINDOW = 32 * 1024;
/** Where in the program's memory they go. */
const PLACE = 64;

/** What the program puts into its memory. */
const [ROWS, LAST_ROW, IN_ROW, IN_STRING] = [0, 1, 2, 3];

interface Program {
  readonly memory: WebAssembly.Memory;
  readonly read: (at: number, end: number, isInRow: number, escapes: number) => number;
}

/**
 * Reads rows of an INSERT as long as they are plain: numbers, words and strings in single quotes, with nothing but commas and blanks
 * between the rows. It comes to the same as looking at each byte, in less than half of the time (plain-rows.wat).
 */
export class PlainRows {
  /** Rows that have begun, and where the last of them has. */
  rows = 0;
  lastRowAt = -1;
  /** Whether it stopped in a row, and in a string of it. */
  isInRow = false;
  isInString = false;
  readonly #read: Program['read'];
  readonly #memory: Uint8Array;
  readonly #results: Int32Array;
  /** What is in the memory: bytes of a piece, since the last `forget`. */
  #piece: Uint8Array | undefined;
  #from = 0;
  #to = 0;

  private constructor({ memory, read }: Program) {
    this.#read = read;
    this.#memory = new Uint8Array(memory.buffer);
    this.#results = new Int32Array(memory.buffer, 0, PLACE / 4);
  }

  /** @returns null where the machine has no 128-bit instructions, or no room for WebAssembly's address space */
  static load(): PlainRows | null {
    try {
      const { exports } = new WebAssembly.Instance(
        new WebAssembly.Module(Uint8Array.from(Buffer.from(WASM, 'base64'))),
      );
      return new PlainRows(exports as unknown as Program);
    } catch {
      return null;
    }
  }

  /** Call it before each piece: the same array may come again with other bytes in it, and a count of the old ones would be wrong. */
  forget(): void {
    this.#piece = undefined;
  }

  /**
   * @param piece whose bytes stay as they are until `forget` is called
   * @param from where there is no string open
   * @param isInRow whether it is between the parentheses of a row, or between two rows
   * @param escapes whether a backslash takes the next byte's meaning away
   * @returns how far it came: to something else than plain rows, or near the end of a stretch that it reads at once
   */
  read(piece: Uint8Array, from: number, isInRow: boolean, escapes: boolean): number {
    if (piece !== this.#piece || from < this.#from || from + BLOCK > this.#to) this.#take(piece, from);
    const base = PLACE - this.#from;
    const to = this.#read(base + from, base + this.#to, isInRow ? 1 : 0, escapes ? 1 : 0) - base;
    const results = this.#results;
    this.rows = results[ROWS]!;
    this.lastRowAt = results[LAST_ROW]! - base;
    this.isInRow = results[IN_ROW] === 1;
    this.isInString = results[IN_STRING] === 1;
    return to;
  }

  #take(piece: Uint8Array, from: number): void {
    this.#to = Math.min(piece.length, from + WINDOW);
    this.#memory.set(piece.subarray(from, this.#to), PLACE);
    this.#piece = piece;
    this.#from = from;
  }
}

let loaded: PlainRows | null | undefined;

/** @returns the one that all readers share, since each call of it begins anew; null as load does */
export function plainRows(): PlainRows | null {
  loaded = loaded === undefined ? PlainRows.load() : loaded;
  return loaded;
}
