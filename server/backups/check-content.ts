import type { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';

interface Content {
  /** The entry's bytes as they stand in the zip. */
  readonly raw: Readable;
  readonly isDeflated: boolean;
  /** What the directory says of the plain bytes. */
  readonly size: number;
  readonly crc32: number;
}

const CHUNK_BYTES = 1024 * 1024;

/**
 * Reads an entry to its end, in bounded memory, and compares what comes out with what the directory says.
 * @returns what is wrong with it, or undefined
 * @throws what the disk throws
 */
export async function contentProblem({ raw, isDeflated, size, crc32: expected }: Content): Promise<string | undefined> {
  let [length, sum] = [0, 0];
  try {
    for await (const chunk of isDeflated ? inflated(raw) : raw) {
      length += chunk.length;
      sum = crc32(chunk, sum);
      if (length > size) return 'is no sound zip: its entry holds more than its directory says';
    }
  } catch (error) {
    if (!/^(?:Z_|ERR_TRAILING_JUNK)/.test(String((error as NodeJS.ErrnoException).code))) throw error;
    return `is damaged: the data of its entry can not be inflated (${(error as Error).message})`;
  }
  if (length < size) return 'is no sound zip: its entry holds less than its directory says';
  return sum === expected ? undefined : 'is damaged: the data of its entry has another CRC than its directory says';
}

function inflated(raw: Readable): Readable {
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
  raw.on('error', error => inflate.destroy(error));
  inflate.on('close', () => raw.destroy());
  return raw.pipe(inflate);
}
