/** The beginning of something long that goes by in parts: as many bytes as there is room for, in a buffer that is used again. */
export class KeptBytes {
  readonly bytes: Uint8Array;
  length = 0;

  /** @param capacity in bytes */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  add(source: Uint8Array, from: number, to: number): void {
    const end = Math.min(to, from + this.bytes.length - this.length);
    if (end - from > 64) {
      this.bytes.set(source.subarray(from, end), this.length);
      this.length += end - from;
    } else for (let i = from; i < end; i++) this.bytes[this.length++] = source[i]!; // quicker than a call when there are few
  }

  clear(): void {
    this.length = 0;
  }

  /** @returns the same bytes, until they are used again */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}
