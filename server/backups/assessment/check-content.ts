import { UnsoundZip } from '../../../protocol/zip/zip-file.ts';
import type { Turn } from '../../process/fair-turns.ts';
import { type ContentFacts, ContentSums } from './content-facts.ts';
import { Inflation } from './inflation.ts';

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

/**
 * Reads an entry to its end, once and in bounded memory, and compares what comes out with what the directory says.
 * @returns what the plain bytes are
 * @throws UnsoundZip with what is wrong with them, and what the disk throws
 */
export async function checkContent({
  raw,
  compressedSize,
  isDeflated,
  size,
  crc32,
  turn,
}: Content): Promise<ContentFacts> {
  // No deflate makes more of a byte (RFC 1951: two bits for 258 bytes), so this need not be tried.
  if (size > compressedSize * (isDeflated ? 1032 : 1)) throw new UnsoundZip(HOLDS_LESS);
  const inflation = isDeflated ? new Inflation(raw) : undefined;
  const sums = new ContentSums();
  for await (const chunk of inflation ?? raw) {
    if (sums.size + chunk.length > size)
      throw new UnsoundZip('is not a valid zip: its entry contains more data than its directory states');
    sums.add(chunk);
    await turn.used(chunk.length);
  }
  if (inflation && inflation.bytesUsed !== compressedSize)
    throw new UnsoundZip('is not a valid zip: there are extra bytes after its compressed data');
  if (sums.size < size) throw new UnsoundZip(HOLDS_LESS);
  if (sums.crc32 !== crc32)
    throw new UnsoundZip('is damaged: the CRC of its data differs from the CRC in its directory');
  return sums.facts();
}

const HOLDS_LESS = 'is not a valid zip: its entry contains less data than its directory states';
