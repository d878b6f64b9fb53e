/** Bytes of a dump that are still needed when the next chunk comes, in one buffer that is reused. */
export class HeldBytes {
  /** Where in the dump they begin. */
  at = 0;
  #bytes = new Uint8Array(FIRST);
  #length = 0;

  /** Where in the dump they end. */
  get end(): number {
    return this.at + this.#length;
  }

  add(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length) this.#resize(Math.max(length, 2 * this.#bytes.length));
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
  }

  /** @returns those between two places of the dump; good until something is dropped */
  view(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(from - this.at, to - this.at);
  }

  /** Drops all in front of a place of the dump. */
  dropTo(at: number): void {
    const dropped = Math.min(at - this.at, this.#length);
    if (dropped > 0) this.#bytes.copyWithin(0, dropped, this.#length);
    this.#length -= dropped;
    this.at = at;
    // A row of a gigabyte must not be paid for until the end.
    if (this.#bytes.length > KEPT && this.#length < FIRST) this.#resize(FIRST);
  }

  #resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
  }
}

/** Most dumps that are rehearsed need no more, and there is one of these for each. */
const FIRST = 16 * 1024;
const KEPT = 32 * 1024 * 1024;
