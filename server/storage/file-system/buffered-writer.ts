import type { FileHandle } from 'node:fs/promises';

/** Many small writes halve the speed: so much is gathered before each. In bytes. */
const PIECE = 256 * 1024;

/** So much is left at most to the flush at the end, which the client waits for; the disk is busy with the rest before. */
const FLUSH_EVERY = 32 * 1024 * 1024;

/**
 * Gathers chunks into pieces and writes those to the end of a file, one after the other. Two buffers take turns: one is
 * filled while the other is written. So what came in can be forgotten at once, and nothing is left to the garbage collector.
 * End it with `settled`, whether it went well or not.
 */
export class BufferedWriter {
  readonly #handle: FileHandle;
  readonly #onWritten: (bytes: number) => void;
  #filling = Buffer.allocUnsafeSlow(PIECE);
  #filled = 0;
  #other: Buffer<ArrayBuffer> | undefined;
  #unflushed = 0;
  // Each rejects the next wait for room, or for the end.
  #writing: Promise<void> = Promise.resolve();
  #flushing: Promise<void> = Promise.resolve();

  /** @param onWritten is called after each write that went well, in order */
  constructor(handle: FileHandle, onWritten: (bytes: number) => void = () => {}) {
    this.#handle = handle;
    this.#onWritten = onWritten;
  }

  /**
   * Copies a chunk.
   * @returns undefined when there is room for more; otherwise wait for it, and get the errors of the disk
   */
  add(chunk: Uint8Array): Promise<void> | undefined {
    const taken = chunk.subarray(0, PIECE - this.#filled);
    this.#filling.set(taken, this.#filled);
    this.#filled += taken.length;
    return this.#filled < PIECE ? undefined : this.#makeRoom(chunk.subarray(taken.length));
  }

  /** Writes what is left. @throws what the disk refused, of this or of anything before: a failure to flush is reported once */
  async end(): Promise<void> {
    await this.#writing;
    await this.#write(this.#filling.subarray(0, this.#filled));
    await this.#flushing;
  }

  /** Resolves when nothing is being written any more, however it went, and gives the buffers back. */
  async settled(): Promise<void> {
    // A caller that waits for one write may begin another when it ends.
    let seen: unknown;
    while (seen !== this.#writing) {
      seen = this.#writing;
      await Promise.allSettled([seen, this.#flushing]);
    }
    // The garbage collector would take its time: they have lived through many of its rounds.
    for (const piece of [this.#filling, this.#other]) piece?.buffer.transfer(0);
  }

  async #makeRoom(rest: Uint8Array): Promise<void> {
    await this.#writing;
    this.#flushAhead();
    const full = this.#filling;
    void this.#write(full);
    this.#filling = this.#other ?? Buffer.allocUnsafeSlow(PIECE);
    this.#other = full;
    this.#filled = 0;
    await this.add(rest);
  }

  #write(bytes: Buffer): Promise<void> {
    this.#writing = writeAll(this.#handle, bytes).then(() => this.#onWritten(bytes.length));
    this.#writing.catch(() => undefined);
    return this.#writing;
  }

  #flushAhead(): void {
    this.#unflushed += PIECE;
    if (this.#unflushed < FLUSH_EVERY) return;
    this.#unflushed = 0;
    this.#flushing = this.#flushing.then(() => this.#handle.datasync());
    this.#flushing.catch(() => undefined);
  }
}

/** A disk that is almost full may take a part of a write without an error: only the next one tells. */
async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at);
    if (bytesWritten === 0) throw new Error(`the system wrote none of the last ${bytes.length - at} bytes`);
    at += bytesWritten;
  }
}
