import { readEntry, type ZipEntry } from '../../../protocol/zip/read-entry.ts';
import { piecesAt, UnsoundZip, type ZipFile } from '../../../protocol/zip/zip-file.ts';
import { validationError } from '../../errors/errors.ts';
import { checkContent } from './check-content.ts';
import type { ContentFacts } from './content-facts.ts';
import { checkLimits, type DumpLimits } from './dump-limits.ts';
import type { SeenContent } from './follow-zip.ts';
import { readingTurns } from './reading-turns.ts';

interface Zip {
  readonly file: ZipFile;
  /** What the one entry must be called. */
  readonly entryName: string;
  /** Whether the entry is read to its end, too. */
  readonly isRead: boolean;
  /** What was seen of the entry while it arrived: it is not read again where all headers say the same. */
  readonly seen?: SeenContent | undefined;
  /** None for a zip that was received before. */
  readonly limits?: DumpLimits | undefined;
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
export async function checkZip({ file, entryName, isRead, seen, limits }: Zip): Promise<ZipFacts> {
  try {
    const entry = await readEntry(file, entryName);
    if (limits) checkLimits(entry, limits);
    return {
      dumpSize: entry.size,
      dump: isRead ? (factsSeen(entry, seen) ?? (await readDump(file, entry))) : undefined,
    };
  } catch (error) {
    // A disk that can't be read is not the client's mistake.
    if (!(error instanceof UnsoundZip)) throw error;
    throw validationError([{ field: 'file', message: error.message }], 'INVALID_ZIP');
  }
}

/** Anything that differs is for `readDump` to find again, on the disk, and to name. */
function factsSeen(entry: ZipEntry, seen: SeenContent | undefined): ContentFacts | undefined {
  const isTheSame =
    entry.isDeflated &&
    entry.dataStart === seen?.entry.dataStart &&
    entry.compressedSize === seen.entry.compressedSize &&
    entry.size === seen.facts.size &&
    entry.crc32 === seen.entry.crc32;
  return isTheSame ? seen?.facts : undefined;
}

async function readDump(file: ZipFile, entry: ZipEntry): Promise<ContentFacts> {
  return readingTurns.run(entry.size, turn =>
    checkContent({ ...entry, raw: piecesAt(file, entry.dataStart, entry.compressedSize), turn }),
  );
}
