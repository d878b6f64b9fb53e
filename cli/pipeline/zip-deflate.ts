import { pipeline } from 'node:stream/promises';
import { createDeflateRaw } from 'node:zlib';

/** Bytes that zlib hands out at a time. With its default of 16 KiB the same work takes twice as long. */
const CHUNK = 256 * 1024;

/**
 * Compresses as it is read: never holds more than a few pieces, and takes no more of `plain` while its reader is busy.
 *
 * The seam of the zip step: whoever turns plain pieces into the bytes of one raw deflate stream can stand here.
 * @param plain the bytes to compress, in pieces that nobody overwrites
 * @param level 1 (fastest) to 9 (smallest)
 * @returns one raw deflate stream (RFC 1951) in pieces; `plain` has come to its end, or been returned, when this has
 * @throws what `plain` throws
 */
export async function* deflate(plain: AsyncIterable<Buffer>, level: number): AsyncGenerator<Buffer, void> {
  const stream = createDeflateRaw({ level, chunkSize: CHUNK });
  // A failure of `plain` destroys the stream, and so comes out of the loop below.
  const fed = pipeline(plain, stream).catch(() => {});
  try {
    yield* stream; // which is destroyed when the reader stops early
  } finally {
    await fed; // or `plain` could still be reading from a file that its owner closes
  }
}
