import type { FileHandle } from 'node:fs/promises';

/** In bytes. It takes fifty times as long to inflate such a piece as to read it, so none is read ahead. */
const PIECE = 128 * 1024;

/** A file that is read while it is being written to its end. */
export class GrowingFile {
  readonly #handle: FileHandle;
  #written = 0;
  #isComplete = false;
  #failure: { readonly error: unknown } | undefined;
  #change = Promise.withResolvers<void>();

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** So many more bytes were written. */
  grow(bytes: number): void {
    this.#written += bytes;
    this.#notify();
  }

  /** No more bytes come. */
  complete(): void {
    this.#isComplete = true;
    this.#notify();
  }

  /** Nothing more of it is worth reading. Its reader gets the error. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.#notify();
  }

  /**
   * Reads all bytes from the first one on, as soon as they are written; for one reader. A piece may be used until the next one
   * is asked for.
   * @throws what it failed with; what the disk throws
   */
  async *pieces(): AsyncGenerator<Buffer, void> {
    let buffer: Buffer | undefined;
    for (let at = 0; await this.#hasMoreThan(at); ) {
      const ready = this.#written - at;
      // A small file is written at once.
      buffer ??= Buffer.allocUnsafeSlow(Math.min(PIECE, ready));
      const { bytesRead } = await this.#handle.read(buffer, 0, Math.min(buffer.length, ready), at);
      if (bytesRead === 0) throw new Error(`the file ended at byte ${at}, but ${at + ready} bytes were written to it`);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** Waits until there is more, or the end. */
  async #hasMoreThan(bytes: number): Promise<boolean> {
    while (!this.#failure && !this.#isComplete && this.#written <= bytes) await this.#change.promise;
    if (this.#failure) throw this.#failure.error;
    return this.#written > bytes;
  }

  #notify(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
