import { WASM } from './plain-rows-wasm.ts';

/** Bytes that are read at once, and the least that are. */
export const BLOCK = 64;

/** Bytes that are copied at once: they are still in the processor's cache when they are read. */
const WINDOW = 32 * 1024;
/** Where in the program's memory they go. */
const PLACE = 64;
/** Where it lists the statements, with 8 bytes for each: none is shorter than 17. And where it is given how they begin. */
const LIST = PLACE + WINDOW;
const BEGINNING = LIST + WINDOW / 2;
/** Statements that are longer are not worth a try: what was read of one that is not whole is read again. In bytes. */
export const SHORT = 4096;

/** What the program puts into its memory. */
const [ROWS, LAST_ROW, IN_ROW, IN_STRING] = [0, 1, 2, 3];

interface Program {
  readonly memory: WebAssembly.Memory;
  readonly read: (at: number, end: number, isInRow: number, escapes: number) => number;
  readonly statements: (at: number, end: number, escapes: number, beginning: number) => number;
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
  readonly #program: Program;
  readonly #memory: Uint8Array;
  readonly #results: Int32Array;
  readonly #list: Int32Array;
  #beginning: Uint8Array | undefined;
  /** What is in the memory: bytes of a piece, since the last `forget`. */
  #piece: Uint8Array | undefined;
  #from = 0;
  #to = 0;

  private constructor(program: Program) {
    const { buffer } = program.memory;
    this.#program = program;
    this.#memory = new Uint8Array(buffer);
    this.#results = new Int32Array(buffer, 0, PLACE / 4);
    this.#list = new Int32Array(buffer, LIST, (BEGINNING - LIST) / 4);
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
    const to = this.#program.read(base + from, base + this.#to, isInRow ? 1 : 0, escapes ? 1 : 0) - base;
    const results = this.#results;
    this.rows = results[ROWS]!;
    this.lastRowAt = results[LAST_ROW]! - base;
    this.isInRow = results[IN_ROW] === 1;
    this.isInString = results[IN_STRING] === 1;
    return to;
  }

  /**
   * Reads statements with plain rows only that all begin alike, each in a line of its own behind the one before.
   * @param piece whose bytes stay as they are until `forget` is called
   * @param from where the first of them begins
   * @param beginning up to the parenthesis of the first row, of at most SHORT bytes; not changed while it is in use
   * @param end the semicolon of each stands in front of it
   * @returns how many it has read; `endOf` and `rowsOf` tell more
   */
  statements(piece: Uint8Array, from: number, beginning: Uint8Array, end: number, escapes: boolean): number {
    const { length } = beginning;
    if (piece !== this.#piece || from < this.#from || (this.#to < end && this.#to < from + length + SHORT))
      this.#take(piece, from);
    if (beginning !== this.#beginning) this.#memory.set(beginning, BEGINNING);
    this.#beginning = beginning;
    const base = PLACE - this.#from;
    return this.#program.statements(base + from + length, base + Math.min(this.#to, end), escapes ? 1 : 0, length);
  }

  /** @returns behind the semicolon of a statement that was read */
  endOf(index: number): number {
    return this.#list[2 * index]! - PLACE + this.#from;
  }

  rowsOf(index: number): number {
    return this.#list[2 * index + 1]!;
  }

  #take(piece: Uint8Array, from: number): void {
    this.#to = Math.min(piece.length, from + WINDOW);
    this.#memory.set(piece.subarray(from, this.#to), PLACE);
    this.#piece = piece;
    this.#from = from;
  }
}

let loaded: PlainRows | null | undefined;

/** @returns the one that all readers share, since each call of it starts again; null as load does */
export function plainRows(): PlainRows | null {
  loaded = loaded === undefined ? PlainRows.load() : loaded;
  return loaded;
}
