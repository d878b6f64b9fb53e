import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { isMarkedWhole, MARKER_TAIL_BYTES } from '../../../protocol/end-marker.ts';
import { UnsoundZip } from '../../../protocol/zip/zip-file.ts';
import { codeOf, messageOf } from '../../error-code.ts';
import type { Turn } from '../../process/fair-turns.ts';
import { noteFreed } from '../../process/gc-pressure.ts';

interface Content {
  /** The entry's bytes in the zip, each piece to be used before the next one is asked for. */
  readonly raw: AsyncIterable<Buffer>;
  /** How many these are. */
  readonly compressedSize: number;
  readonly isDeflated: boolean;
  /** What the directory says of the plain bytes. */
  readonly size: number;
  readonly crc32: number;
  readonly turn: Turn;
}

/** What the plain dump in a zip was seen to be. */
export interface ContentFacts {
  /** In bytes. */
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Whether its last line is the one that mysqldump ends a whole dump with. */
  readonly hasEndMarker: boolean;
}

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

/**
 * Reads an entry to its end, once and in bounded memory, and compares what comes out with what the directory says.
 * @returns what the plain bytes are
 * @throws UnsoundZip with what is wrong with them, and what the disk throws
 */
export async function checkContent(content: Content): Promise<ContentFacts> {
  const { size, turn } = content;
  // No deflate makes more of a byte (RFC 1951: two bits for 258 bytes), so this need not be tried.
  if (size > content.compressedSize * (content.isDeflated ? 1032 : 1)) throw new UnsoundZip(HOLDS_LESS);
  const hash = createHash('sha256');
  let [length, sum, tail] = [0, 0, Buffer.alloc(0)];
  for await (const chunk of plainBytes(content)) {
    length += chunk.length;
    if (length > size)
      throw new UnsoundZip('is not a valid zip: its entry contains more data than its directory states');
    sum = crc32(chunk, sum);
    hash.update(chunk);
    tail = lastBytes(tail, chunk);
    noteFreed(chunk.length);
    await turn.used(chunk.length);
  }
  if (length < size) throw new UnsoundZip(HOLDS_LESS);
  if (sum !== content.crc32)
    throw new UnsoundZip('is damaged: the CRC of its data differs from the CRC in its directory');
  return { size, sha256: hash.digest('hex'), hasEndMarker: isMarkedWhole(tail, { isWhole: tail.length === size }) };
}

const HOLDS_LESS = 'is not a valid zip: its entry contains less data than its directory states';

/** A copy of the last bytes so far, so that no chunk is kept in memory. */
function lastBytes(before: Buffer, chunk: Buffer): Buffer<ArrayBuffer> {
  const missing = Math.max(0, MARKER_TAIL_BYTES - chunk.length);
  return Buffer.concat([missing > 0 ? before.subarray(-missing) : NOTHING, chunk.subarray(-MARKER_TAIL_BYTES)]);
}

const NOTHING = Buffer.alloc(0);

/** @throws UnsoundZip when the data is no deflate stream, or one with something behind its end */
async function* plainBytes({ raw, compressedSize, isDeflated }: Content): AsyncGenerator<Buffer, void> {
  if (!isDeflated) return yield* raw;
  const inflate = createInflateRaw(INFLATING);
  // Its error comes out of the inflater, too; so does the end of a reader who wants no more.
  const isFed = pipeline(raw, inflate).catch(() => {});
  try {
    yield* inflate as AsyncIterable<Buffer>;
  } catch (error) {
    if (!codeOf(error)?.startsWith('Z_')) throw error;
    throw new UnsoundZip(`is damaged: its data cannot be decompressed (${messageOf(error)})`);
  } finally {
    inflate.destroy();
    await isFed;
  }
  // zlib stops at the end of the stream, and says nothing of what stands behind it.
  if (inflate.bytesWritten !== compressedSize)
    throw new UnsoundZip('is not a valid zip: there are extra bytes after its compressed data');
}
