/** The beginning of a long text that arrives in chunks, up to a limit, in a buffer that is reused. */
export class CappedBuffer {
  bytes: Uint8Array;
  length = 0;
  readonly #capacity: number;
  /** Whether something was left out. */
  isFull = false;

  /** @param capacity in bytes, which are taken only when they are needed */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.bytes = new Uint8Array(Math.min(capacity, FIRST));
  }

  add(source: Uint8Array, from: number, to: number): void {
    const end = Math.min(to, from + this.#capacity - this.length);
    if (end < to) this.isFull = true;
    const length = this.length + end - from;
    if (length > this.bytes.length) this.#grow(length);
    if (end - from > 64) {
      this.bytes.set(source.subarray(from, end), this.length);
      this.length = length;
    } else for (let i = from; i < end; i++) this.bytes[this.length++] = source[i]!; // quicker than a call when there are few
  }

  clear(): void {
    this.length = 0;
    this.isFull = false;
  }

  /** @returns the same bytes, until they are used again */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.min(this.#capacity, Math.max(needed, 2 * this.bytes.length)));
    bytes.set(this.view());
    this.bytes = bytes;
  }
}

const FIRST = 64 * 1024;
