import { formatBytes } from '../../../protocol/format-bytes.ts';
import { readEntry, type ZipEntry } from '../../../protocol/zip/read-entry.ts';
import { piecesAt, UnsoundZip, type ZipFile } from '../../../protocol/zip/zip-file.ts';
import { AppError, validationError } from '../../errors.ts';
import { FairTurns } from '../../process/fair-turns.ts';
import { checkContent } from './check-content.ts';
import type { ContentFacts } from './content-facts.ts';

interface Zip {
  readonly file: ZipFile;
  /** What the one entry must be called. */
  readonly entryName: string;
  /** Whether the entry is read to its end, too. */
  readonly isRead: boolean;
  /** None for a zip that was received before. */
  readonly limits?: DumpLimits | undefined;
}

/** How large the dump in a zip may be: a few bytes of deflate can stand for a thousand times as many. */
export interface DumpLimits {
  /** In bytes. */
  readonly maxDumpBytes: number;
  /** How many times as large as its compressed data a large dump may be. */
  readonly maxDumpRatio: number;
}

/** What a zip was seen to hold. */
export interface ZipFacts {
  /** Of the plain dump, in bytes, as the directory tells. */
  readonly dumpSize: number;
  /** Undefined when the entry was not read. */
  readonly dump: ContentFacts | undefined;
}

/**
 * Reads a zip as a restore would: one entry of the right name in the one shape that all programs read alike
 * ({@link readEntry}), and data that inflates to the size and the CRC that are told.
 * @throws AppError 422 with the reason, or 413 when its dump is larger than the limits; what the storage throws
 */
export async function checkZip({ file, entryName, isRead, limits }: Zip): Promise<ZipFacts> {
  try {
    const entry = await readEntry(file, entryName);
    if (limits) checkLimits(entry, limits);
    return { dumpSize: entry.size, dump: isRead ? await readDump(file, entry) : undefined };
  } catch (error) {
    // A disk that can't be read is not the client's mistake.
    if (!(error instanceof UnsoundZip)) throw error;
    throw validationError([{ field: 'file', message: error.message }], 'INVALID_ZIP');
  }
}

/**
 * As many at once as there are threads that inflate: more take more memory and half as much work again, and no less time.
 * In a slice of so many plain bytes, which takes some 20 ms, most small uploads are done.
 */
const turns = new FairTurns({ places: 4, slice: 8 * 1024 * 1024, maxBegun: 32 });

async function readDump(file: ZipFile, entry: ZipEntry): Promise<ContentFacts> {
  return turns.run(entry.size, turn =>
    checkContent({ ...entry, raw: piecesAt(file, entry.dataStart, entry.compressedSize), turn }),
  );
}

/** Up to here a dump may be as compressible as it likes: one of nothing but zeros is 1029 times as large as its zip. */
const ANY_RATIO_BYTES = 4 * 1024 ** 3;

function checkLimits({ size, compressedSize }: ZipEntry, { maxDumpBytes, maxDumpRatio }: DumpLimits): void {
  if (size > maxDumpBytes)
    throw tooLarge(
      `has ${formatBytes(size)}. The limit of the service is ${formatBytes(maxDumpBytes)} (MAX_DUMP_BYTES)`,
    );
  if (size > ANY_RATIO_BYTES && size > compressedSize * maxDumpRatio)
    throw tooLarge(
      `has ${formatBytes(size)}, which is ${Math.round(size / compressedSize)} times its compressed size. The limit of the service is ${maxDumpRatio} times (MAX_DUMP_RATIO)`,
    );
}

function tooLarge(message: string): AppError {
  return new AppError(413, 'DUMP_TOO_LARGE', `The dump in the zip ${message}`);
}
