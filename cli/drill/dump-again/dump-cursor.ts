const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

/** A place in a dump that is read once from front to back; it holds what was read and not yet passed. */
export class DumpCursor implements AsyncDisposable {
  /** Of the first byte that is held, from the beginning of the dump. */
  at = 0;
  held: Buffer = NOTHING;
  hasEnded = false;
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(dump: AsyncIterable<Uint8Array>) {
    this.#chunks = dump[Symbol.asyncIterator]();
  }

  /** Reads on. @returns whether there was more */
  async more(): Promise<boolean> {
    if (this.hasEnded) return false;
    const { done, value } = await this.#chunks.next();
    if (done) {
      this.hasEnded = true;
      return false;
    }
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    // What a reader gives may be overwritten by it later; what is held longer is a copy.
    this.held = this.held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.held, chunk]);
    return true;
  }

  pass(bytes: number): void {
    this.at += bytes;
    this.held = this.held.subarray(bytes);
  }

  /** @returns the line that begins here, with its end; undefined when it has more than `most` bytes */
  async line(most: number): Promise<Buffer | undefined> {
    for (let seen = 0; ; ) {
      const end = this.held.indexOf(NEWLINE, seen);
      if (end >= 0) return end < most ? this.held.subarray(0, end + 1) : undefined;
      seen = this.held.length;
      if (seen > most) return undefined;
      if (!(await this.more())) return this.held;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chunks.return?.();
  }
}
