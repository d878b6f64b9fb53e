import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import type { ZipEntry } from '../../protocol/zip/read-entry.ts';
import { piecesAt, UnsoundZip, type ZipFile } from '../../protocol/zip/zip-file.ts';

/** How many plain bytes come at once. Of larger ones more are garbage before V8 looks for it. */
const PIECE = 64 * 1024;

/** No compressed piece waits in it: the next one, which may take its place, is asked for when this one is used up. */
const INFLATING = { chunkSize: PIECE, writableHighWaterMark: 1 };

/**
 * Inflates the one entry of a zip, and holds no more of it than a piece.
 * @param zip is open, and stays so
 * @throws {UnsoundZip} when what comes out is not what the headers tell: its size, its CRC, how many bytes it was compressed to; and
 *   what the disk throws. What was given until then is not to be trusted.
 */
export async function* inflate(zip: ZipFile, entry: ZipEntry): AsyncGenerator<Buffer, void> {
  let [size, sum] = [0, 0];
  for await (const piece of plainBytes(zip, entry)) {
    size += piece.length;
    // A few bytes of deflate can stand for a thousand times as many: no more of them come than were announced.
    if (size > entry.size) throw new UnsoundZip('is damaged: its data is larger than its directory says');
    sum = crc32(piece, sum);
    yield piece;
  }
  if (size !== entry.size) throw new UnsoundZip('is damaged: its data is smaller than its directory says');
  if (sum !== entry.crc32)
    throw new UnsoundZip('is damaged: the CRC of its data differs from the CRC in its directory');
}

async function* plainBytes(zip: ZipFile, entry: ZipEntry): AsyncGenerator<Buffer, void> {
  const raw = piecesAt(zip, entry.dataStart, entry.compressedSize);
  if (entry.isDeflated) yield* inflated(raw, entry);
  else yield* raw;
}

async function* inflated(raw: AsyncIterable<Buffer>, { compressedSize }: ZipEntry): AsyncGenerator<Buffer, void> {
  const inflater = createInflateRaw(INFLATING);
  // Its error comes out of the inflater, too; so does the end of a reader who wants no more.
  const isFed = pipeline(raw, inflater).catch(() => {});
  try {
    yield* inflater as AsyncIterable<Buffer>;
  } catch (error) {
    throw DAMAGED.has((error as NodeJS.ErrnoException).code ?? '')
      ? new UnsoundZip('is damaged: its data does not inflate')
      : error;
  } finally {
    inflater.destroy();
    await isFed;
  }
  if (inflater.bytesWritten !== compressedSize)
    throw new UnsoundZip('is damaged: there are extra bytes after its compressed data');
}

const DAMAGED = new Set(['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_NEED_DICT']);
