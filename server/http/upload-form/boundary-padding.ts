const [SPACE, TAB] = [0x20, 0x09];

/**
 * Takes out the blanks that may stand behind a boundary (RFC 2046, section 5.1.1: "transport-padding"). The parser would lose the
 * part that follows, without a word.
 */
export class BoundaryPadding {
  readonly #needle: Buffer;
  /** The last bytes that came, in which a boundary may begin; a form may begin with one. */
  #tail: Buffer = Buffer.from('\r\n');
  /** Whether the next byte stands behind a boundary and its blanks. */
  #isBehind = false;

  constructor(boundary: string) {
    this.#needle = Buffer.from(`\r\n--${boundary}`);
  }

  /** @returns the chunk without them, usually in one piece */
  *strip(chunk: Buffer): Generator<Buffer> {
    let start = 0;
    let end = this.#endOfFirst(chunk);
    while (end !== undefined) {
      if (end > start) yield chunk.subarray(start, end);
      start = end;
      while (start < chunk.length && (chunk[start] === SPACE || chunk[start] === TAB)) start += 1;
      this.#isBehind = start === chunk.length;
      end = this.#isBehind ? undefined : this.#endOf(chunk, start);
    }
    if (start < chunk.length) yield chunk.subarray(start);
    const joined = chunk.length < this.#needle.length ? Buffer.concat([this.#tail, chunk]) : chunk;
    this.#tail = this.#isBehind ? Buffer.alloc(0) : Buffer.from(joined.subarray(-(this.#needle.length - 1)));
  }

  /** @returns where the first boundary ends, of which a part may have come before */
  #endOfFirst(chunk: Buffer): number | undefined {
    if (this.#isBehind) return 0;
    const seam = Buffer.concat([this.#tail, chunk.subarray(0, this.#needle.length - 1)]);
    const at = seam.indexOf(this.#needle);
    if (at === -1) return this.#endOf(chunk, 0);
    return at + this.#needle.length - this.#tail.length;
  }

  #endOf(chunk: Buffer, from: number): number | undefined {
    const at = chunk.indexOf(this.#needle, from);
    return at === -1 ? undefined : at + this.#needle.length;
  }
}
