import { type Entry, fromFdPromise, type LocalFileHeader, type ZipFile } from 'yauzl';
import { refused } from '../errors.ts';
import { atMost } from './at-most.ts';
import { checkContent, type DumpFacts } from './check-content.ts';

interface Zip {
  /** Open for reading; stays open. */
  readonly fd: number;
  /** Of the zip, in bytes. */
  readonly size: number;
  /** What the one entry must be called. */
  readonly entryName: string;
  /** Whether the entry is read to its end, too. */
  readonly isRead: boolean;
}

/** What a zip was seen to hold. */
export interface ZipFacts {
  /** Of the plain dump, in bytes, as the directory tells. */
  readonly dumpSize: number;
  /** Undefined when the entry was not read. */
  readonly dump: DumpFacts | undefined;
}

/**
 * Reads a zip as a restore would: one entry of the right name, in the clear, stored or deflated, described alike by both
 * of its headers, nothing in the file beside it, and data that inflates to the size and the CRC that are told.
 * @throws AppError 422 with the reason
 */
export async function checkZip(zip: Zip): Promise<ZipFacts> {
  const facts = await examined(zip);
  if (typeof facts === 'string') throw refused([{ field: 'file', message: facts }], 'INVALID_ZIP');
  return facts;
}

/** @returns a phrase that says what is wrong with it, in place of the facts */
async function examined({ fd, size, entryName, isRead }: Zip): Promise<ZipFacts | string> {
  try {
    const zip = await fromFdPromise(fd, { strictFileNames: true });
    if (zip.entryCount !== 1) return `must be a zip with exactly one entry, not ${zip.entryCount}`;
    const directoryStart = cursorOf(zip);
    const { value: entry } = (await zip.eachEntry().next()) as { value: Entry };
    const local = await zip.readLocalFileHeaderPromise(entry);
    const problem =
      entryProblem(entry, entryName) ??
      headerProblem(entry, local) ??
      placeProblem(entry, local, directoryStart) ??
      tailProblem(zip, size);
    if (problem) return problem;
    const dump = isRead ? await contentOf(zip, entry) : undefined;
    return typeof dump === 'string' ? dump : { dumpSize: entry.uncompressedSize, dump };
  } catch (error) {
    // A disk that can't be read is not the client's mistake.
    if (error instanceof Error && 'errno' in error) throw error;
    return `is no readable zip: ${error instanceof Error ? error.message : error}`;
  }
}

/** As many as there are threads that inflate: more at once take more memory and half as much work again, and no less time. */
const amongFew = atMost(4);

async function contentOf(zip: ZipFile, entry: Entry): Promise<DumpFacts | string> {
  return amongFew(async () =>
    checkContent({
      raw: await zip.openReadStreamPromise(entry, { decodeFileData: false }),
      isDeflated: entry.compressionMethod === DEFLATED,
      size: entry.uncompressedSize,
      crc32: entry.crc32,
    }),
  );
}

function entryProblem(entry: Entry, entryName: string): string | undefined {
  if (entry.fileName !== entryName && !entry.fileNameRaw.equals(Buffer.from(entryName)))
    return `must hold an entry named ${entryName}, not ${entry.fileName}`;
  if (entry.isEncrypted()) return 'must not be encrypted';
  if (!entry.canDecodeFileData())
    return `must be stored or deflated, not compressed by method ${entry.compressionMethod}`;
  return undefined;
}

const DEFLATED = 8;
const ENCRYPTED = 1;
const SIZES_FOLLOW_DATA = 1 << 3;
const IN_ZIP64_FIELD = 0xffffffff;

/** Readers differ in which header they believe, so both must tell the same. */
function headerProblem(entry: Entry, local: LocalFileHeader): string | undefined {
  const agrees =
    local.fileName.equals(entry.fileNameRaw) &&
    local.compressionMethod === entry.compressionMethod &&
    ((local.generalPurposeBitFlag ^ entry.generalPurposeBitFlag) & (ENCRYPTED | SIZES_FOLLOW_DATA)) === 0 &&
    (sizesFollow(entry) ||
      (local.crc32 === entry.crc32 &&
        [entry.compressedSize, IN_ZIP64_FIELD].includes(local.compressedSize) &&
        [entry.uncompressedSize, IN_ZIP64_FIELD].includes(local.uncompressedSize)));
  return agrees ? undefined : 'is no sound zip: the two headers of its entry contradict each other';
}

/** A data descriptor: signature, CRC and two sizes of eight bytes at most. */
const DESCRIPTOR_BYTES = 24;

function placeProblem(entry: Entry, local: LocalFileHeader, directoryStart: number): string | undefined {
  const gap = directoryStart - (local.fileDataStart + entry.compressedSize);
  if (gap < 0) return 'is no sound zip: the data of its entry reaches into the directory';
  if (entry.relativeOffsetOfLocalHeader !== 0 || gap > (sizesFollow(entry) ? DESCRIPTOR_BYTES : 0))
    return 'is no sound zip: it holds bytes that belong to no entry';
  return undefined;
}

const END_RECORD_BYTES = 22;
const ZIP64_RECORDS_BYTES = 56 + 20;

/** Behind the directory's one entry come only the end records and the comment. */
function tailProblem(zip: ZipFile, size: number): string | undefined {
  const tail = size - cursorOf(zip) - zip.comment.length - END_RECORD_BYTES;
  return tail === 0 || tail === ZIP64_RECORDS_BYTES
    ? undefined
    : 'is no sound zip: there are bytes between its directory and its end';
}

function sizesFollow(entry: Entry): boolean {
  return (entry.generalPurposeBitFlag & SIZES_FOLLOW_DATA) !== 0;
}

/** Where yauzl reads on in the directory: at its start before the first entry, at its end after the last. */
function cursorOf(zip: ZipFile): number {
  return Number(zip.readEntryCursor);
}
