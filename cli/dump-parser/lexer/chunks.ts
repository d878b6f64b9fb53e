import { copyOf } from './bytes.ts';

/**
 * Lets a reader look ahead in what comes in pieces: it reads each piece to its end, save for a few bytes whose meaning the
 * next piece decides. These are kept, and read again at the seam of the two.
 */
export class Chunks {
  /** Where in the whole the bytes begin that are being read. */
  base = 0;
  readonly #lookahead: number;
  readonly #read: (bytes: Uint8Array, from: number) => number;
  #rest = new Uint8Array();

  /**
   * @param lookahead bytes from which on the reader leaves none unread
   * @param read reads bytes from a place on, returns how far it came
   */
  constructor(lookahead: number, read: (bytes: Uint8Array, from: number) => number) {
    this.#lookahead = lookahead;
    this.#read = read;
  }

  /** Bytes so far. */
  get size(): number {
    return this.base + this.#rest.length;
  }

  /** Has a piece read; it is not kept. */
  write({ buffer, byteOffset, length }: Uint8Array): void {
    // A plain array, as V8 is quickest where it meets one kind only, and Deno's Buffer searches slowly.
    const piece = new Uint8Array(buffer, byteOffset, length);
    const from = this.#rest.length === 0 ? 0 : this.#readSeam(piece);
    if (from === undefined) return;
    const read = this.#read(piece, from);
    this.base += read;
    this.#rest = copyOf(piece, read);
  }

  /** @returns from where on the piece is still to be read; undefined when it is too short to decide anything */
  #readSeam(piece: Uint8Array): number | undefined {
    const kept = this.#rest.length;
    const seam = new Uint8Array([...this.#rest, ...piece.subarray(0, this.#lookahead)]);
    const read = this.#read(seam, 0);
    this.base += Math.min(read, kept);
    if (read >= kept) return read - kept;
    this.#rest = seam.subarray(read);
    return undefined;
  }
}
