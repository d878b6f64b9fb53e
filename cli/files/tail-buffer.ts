/** The end of a stream of chunks: at most so many bytes. */
export class TailBuffer {
  readonly #count: number;
  #kept = Buffer.alloc(0);

  constructor(count: number) {
    this.#count = count;
  }

  /** @param piece the next one; not kept */
  add(piece: Uint8Array): void {
    const before = this.#kept.subarray(Math.max(0, this.#kept.length + piece.length - this.#count));
    this.#kept = Buffer.concat([before, piece.subarray(-this.#count)]);
  }

  view(): Buffer {
    return this.#kept;
  }
}
