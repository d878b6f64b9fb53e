import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { isMarkedWhole, MARKER_TAIL_BYTES } from '../../protocol/end-marker.ts';
import { discarded } from '../garbage.ts';

interface Content {
  /** The entry's bytes as they stand in the zip. */
  readonly raw: Readable;
  readonly isDeflated: boolean;
  /** What the directory says of the plain bytes. */
  readonly size: number;
  readonly crc32: number;
}

/** What the plain dump in a zip was seen to be. */
export interface DumpFacts {
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
const INFLATING = { chunkSize: 128 * 1024, readableObjectMode: true, readableHighWaterMark: 2 };

/**
 * Reads an entry to its end, once and in bounded memory, and compares what comes out with what the directory says.
 * @returns what the plain bytes are, or a phrase that says what is wrong with them
 * @throws what the disk throws
 */
export async function checkContent({ raw, isDeflated, size, crc32: expected }: Content): Promise<DumpFacts | string> {
  const hash = createHash('sha256');
  let [length, sum, tail] = [0, 0, Buffer.alloc(0)];
  try {
    for await (const chunk of isDeflated ? inflated(raw) : raw) {
      length += chunk.length;
      if (length > size) return 'is no sound zip: its entry holds more than its directory says';
      sum = crc32(chunk, sum);
      hash.update(chunk);
      tail = lastBytes(tail, chunk);
      discarded(chunk.length);
    }
  } catch (error) {
    if (!/^(?:Z_|ERR_TRAILING_JUNK)/.test(String((error as NodeJS.ErrnoException).code))) throw error;
    return `is damaged: the data of its entry can not be inflated (${(error as Error).message})`;
  }
  if (length < size) return 'is no sound zip: its entry holds less than its directory says';
  if (sum !== expected) return 'is damaged: the data of its entry has another CRC than its directory says';
  return { size, sha256: hash.digest('hex'), hasEndMarker: isMarkedWhole(tail, { isWhole: tail.length === size }) };
}

/** A copy of the end of what has come so far, so that no chunk is held on to. */
function lastBytes(before: Buffer, chunk: Buffer): Buffer<ArrayBuffer> {
  const missing = Math.max(0, MARKER_TAIL_BYTES - chunk.length);
  return Buffer.concat([missing > 0 ? before.subarray(-missing) : NOTHING, chunk.subarray(-MARKER_TAIL_BYTES)]);
}

const NOTHING = Buffer.alloc(0);

function inflated(raw: Readable): Readable {
  const inflate = createInflateRaw(INFLATING);
  raw.on('error', error => inflate.destroy(error));
  inflate.on('close', () => raw.destroy());
  return raw.pipe(inflate);
}
