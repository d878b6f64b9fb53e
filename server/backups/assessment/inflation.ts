import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { UnsoundZip } from '../../../protocol/zip/zip-file.ts';
import { codeOf, messageOf } from '../../errors/error-code.ts';

/**
 * Some chunks are inflated ahead, by another thread, while one is hashed by this: a third less time. Counted as objects,
 * since a stream of bytes would join those that wait, by a copy.
 */
const INFLATING = {
  chunkSize: 128 * 1024,
  readableObjectMode: true,
  readableHighWaterMark: 2,
  // No piece waits in it: the next one is asked for when this one is used up, since it may take its place.
  writableHighWaterMark: 1,
};

/** Inflates one deflate stream, in bounded memory: to be gone through once. */
export class Inflation implements AsyncIterable<Buffer> {
  readonly #inflate = createInflateRaw(INFLATING);
  readonly #raw: AsyncIterable<Buffer>;

  /** @param raw each piece is used before the next one is asked for; what stands behind the end of the stream is not read */
  constructor(raw: AsyncIterable<Buffer>) {
    this.#raw = raw;
  }

  /** How many compressed bytes were used so far: at the end, as many as the stream has. zlib stops there without a word. */
  get bytesUsed(): number {
    return this.#inflate.bytesWritten;
  }

  /** @throws UnsoundZip when it is no deflate stream, or one without an end; what `raw` throws */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    const inflate = this.#inflate;
    // Its error comes out of the inflater, too; so does the end of a reader who wants no more.
    const isFed = pipeline(this.#raw, inflate).catch(() => {});
    try {
      yield* inflate as AsyncIterable<Buffer>;
    } catch (error) {
      if (!codeOf(error)?.startsWith('Z_')) throw error;
      throw new UnsoundZip(`is damaged: its data cannot be decompressed (${messageOf(error)})`);
    } finally {
      inflate.destroy();
      await isFed;
    }
  }
}
