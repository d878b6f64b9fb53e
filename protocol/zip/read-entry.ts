import { readExtraFields } from './extra-fields.ts';
import { type Directory, findDirectory, MAX_VERSION, tooNew } from './find-directory.ts';
import { bytesAt, demand, type Fields, fieldsOf, type Layout, lengthOf, UnsoundZip, type ZipFile } from './zip-file.ts';

/** The one entry of a zip. */
export interface ZipEntry {
  readonly name: string;
  readonly isDeflated: boolean;
  /** Of the plain bytes, as all headers say. */
  readonly crc32: number;
  /** Plain bytes, as all headers say. */
  readonly size: number;
  /** Where its data stands, and how much of it there is. */
  readonly dataStart: number;
  readonly compressedSize: number;
}

const COMMON = {
  needed: 2,
  flags: 2,
  method: 2,
  time: 2,
  date: 2,
  crc32: 4,
  compressedSize: 4,
  size: 4,
  nameLength: 2,
  extraLength: 2,
} as const;
/** APPNOTE 4.3.7. */
const LOCAL = { signature: 4, ...COMMON } as const;
/** APPNOTE 4.3.12. */
const CENTRAL = {
  signature: 4,
  madeBy: 2,
  ...COMMON,
  commentLength: 2,
  disk: 2,
  internalAttributes: 2,
  externalAttributes: 4,
  offset: 4,
} as const;
const LOCAL_SIGNATURE = 0x04034b50;
const [LOCAL_BYTES, CENTRAL_BYTES] = [lengthOf(LOCAL), lengthOf(CENTRAL)];

const [STORED, DEFLATED] = [0, 8];
/** Bits 1 and 2 say how hard it was deflated, bit 3 that the sizes follow the data, bit 11 that the name is UTF-8. */
const [ENCRYPTED, EFFORT, SIZES_FOLLOW, UTF8] = [1, (1 << 1) | (1 << 2), 1 << 3, 1 << 11];
const KNOWN_FLAGS = EFFORT | SIZES_FOLLOW | UTF8;
/** DOS, Unix, NTFS (two numbers are in use), VFAT and macOS (4.4.2): those whose attributes are as below. */
const HOSTS = new Set([0, 3, 10, 11, 14, 19]);
/** A field of 32 bits that holds this has its value in the ZIP64 field (4.4.1.4). */
const IN_ZIP64 = 0xffff_ffff;

/**
 * Reads what a zip says of its one entry. One strict shape is taken, which Info-ZIP, 7-Zip, Python, Java and libarchive all
 * read to the same bytes: local header, data, descriptor, directory and end stand one behind the other from the first
 * byte to the last, and every field of them has its one true value, unless no reader minds it (times, who made it, rights).
 * @param entryName what the entry must be called; any name will do when it is left out
 * @throws UnsoundZip with the reason, and what the disk throws
 */
export async function readEntry(file: ZipFile, entryName?: string): Promise<ZipEntry> {
  const directory = await findDirectory(file);
  const wanted = entryName === undefined ? undefined : Buffer.from(entryName);
  const entry = centralEntry(await bytesAt(file, directory.start, directory.length), wanted);
  return { ...entry, dataStart: await checkLocal(file, directory, entry) };
}

/**
 * Tells where deflated data begins before the rest of the zip is there. Whether that is so only `readEntry` tells.
 * @param head the first bytes of the zip
 * @returns undefined when `head` does not hold the whole first header, or the data is not deflated
 */
export function deflatedDataStart(head: Buffer): number | undefined {
  if (head.length < LOCAL_BYTES) return undefined;
  const { signature, method, nameLength, extraLength } = fieldsOf(head, LOCAL);
  const start = LOCAL_BYTES + nameLength + extraLength;
  return signature === LOCAL_SIGNATURE && method === DEFLATED && start <= head.length ? start : undefined;
}

interface CentralEntry extends Omit<ZipEntry, 'dataStart'> {
  readonly flags: number;
}

function centralEntry(bytes: Buffer, wanted: Buffer | undefined): CentralEntry {
  const header = fieldsOf(bytes, CENTRAL);
  const extraAt = CENTRAL_BYTES + header.nameLength;
  demand(header.signature === 0x02014b50, 'its directory is not where its end record says');
  demand(extraAt + header.extraLength + header.commentLength === bytes.length, 'the size of its directory is wrong');
  demand(header.commentLength === 0, 'its entry has a comment');
  const told = bytes.subarray(CENTRAL_BYTES, extraAt);
  if (wanted && !told.equals(wanted))
    throw new UnsoundZip(`must contain an entry named ${wanted}, in UTF-8, not ${told}`);
  const name = told.toString();
  demand(Buffer.from(name).equals(told), 'the name of its entry is not UTF-8');
  checkKind(header);
  demand(header.disk === 0, 'it is marked as one of several parts');
  demand(HOSTS.has(header.madeBy >> 8), 'it was made on a system whose attributes not all programs understand');
  demand(header.internalAttributes <= 1, 'its entry has attributes that no common program writes');
  demand(isRegularFile(header.externalAttributes), 'its entry is not marked as a regular file');
  const { size, compressedSize, offset } = wideValues(
    header,
    readExtraFields(bytes.subarray(extraAt), 'central', told),
  );
  demand(offset === 0, 'its entry does not begin with the first byte of the file');
  const { flags, crc32, method } = header;
  return { name, flags, crc32, size, compressedSize, isDeflated: method === DEFLATED };
}

function checkKind({ needed, flags, method }: Fields<typeof COMMON>): void {
  if (flags & ENCRYPTED) throw new UnsoundZip('must not be encrypted');
  if (method !== STORED && method !== DEFLATED)
    throw new UnsoundZip(`must be stored or deflated, not compressed by method ${method}`);
  demand(
    (flags & ~KNOWN_FLAGS) === 0,
    'its entry is encrypted, patched, or marked by flags that no common program sets',
  );
  demand(needed <= MAX_VERSION, tooNew(needed));
}

/** In the upper half the mode of Unix, whose first four bits are the kind; in the lower half the attributes of Windows. */
function isRegularFile(attributes: number): boolean {
  const [VOLUME_LABEL, FOLDER, DEVICE, LINK] = [0x08, 0x10, 0x40, 0x400];
  const kind = attributes >>> 28;
  return (kind === 0 || kind === 8) && (attributes & (VOLUME_LABEL | FOLDER | DEVICE | LINK)) === 0;
}

/** Just the fields that refer to it have their value in the ZIP64 field, in this order (4.5.3). */
function wideValues(header: Fields<typeof CENTRAL>, zip64: readonly number[] | undefined) {
  const values = [...(zip64 ?? [])];
  const wide = (value: number) => (value === IN_ZIP64 ? values.shift() : value) ?? Number.NaN;
  const [size, compressedSize, offset] = [wide(header.size), wide(header.compressedSize), wide(header.offset)];
  const isWhole = [size, compressedSize, offset].every(Number.isSafeInteger) && values.length === 0;
  demand(isWhole, 'the ZIP64 field in its directory does not fit');
  return { size, compressedSize, offset };
}

/** @returns where the data begins */
async function checkLocal(file: ZipFile, directory: Directory, entry: CentralEntry): Promise<number> {
  const name = Buffer.from(entry.name);
  const header = fieldsOf(await bytesAt(file, 0, LOCAL_BYTES), LOCAL);
  demand(header.signature === LOCAL_SIGNATURE, 'it does not begin with its entry');
  const rest = await bytesAt(file, LOCAL_BYTES, header.nameLength + header.extraLength);
  demand(rest.subarray(0, header.nameLength).equals(name), CONTRADICTION);
  const zip64 = readExtraFields(rest.subarray(header.nameLength), 'local', name);
  demand(header.method === (entry.isDeflated ? DEFLATED : STORED), CONTRADICTION);
  demand(((header.flags ^ entry.flags) & ~(entry.isDeflated ? EFFORT : 0)) === 0, CONTRADICTION);
  checkKind(header);
  checkLocalSizes(header, zip64, entry);
  const dataStart = LOCAL_BYTES + rest.length;
  await checkBehindData(file, dataStart + entry.compressedSize, directory.start, entry, zip64 !== undefined);
  return dataStart;
}

const CONTRADICTION = 'the two headers of its entry contradict each other';

/** Where the sizes follow the data a 0 means "not known yet", which only deflated data can do with: it knows its end. */
function checkLocalSizes(
  header: Fields<typeof LOCAL>,
  zip64: readonly number[] | undefined,
  entry: CentralEntry,
): void {
  const follow = (entry.flags & SIZES_FOLLOW) !== 0;
  const isTrue = (told: number | undefined, value: number) => told === value || (follow && told === 0);
  const [size, compressedSize] = zip64 ?? [header.size, header.compressedSize];
  // Python and Info-ZIP need both sizes in the field of this header, and both references to it (4.5.3).
  const isZip64 = header.size === IN_ZIP64 && header.compressedSize === IN_ZIP64;
  demand(zip64 === undefined || (isZip64 && zip64.length === 2), 'the ZIP64 field of its entry does not fit');
  demand(isTrue(header.crc32, entry.crc32), CONTRADICTION);
  demand(isTrue(size, entry.size) && isTrue(compressedSize, entry.compressedSize), CONTRADICTION);
  demand(!follow || entry.isDeflated || compressedSize === entry.compressedSize, UNKNOWN_END);
}

const UNKNOWN_END = 'its entry does not state its size before its data, so some programs do not find its end';

/** APPNOTE 4.3.9: signature, CRC and two sizes, which have 64 bits in ZIP64. */
async function checkBehindData(
  file: ZipFile,
  dataEnd: number,
  directoryStart: number,
  { flags, crc32, size, compressedSize }: CentralEntry,
  isZip64: boolean,
): Promise<void> {
  demand(dataEnd <= directoryStart, 'the data of its entry reaches into the directory');
  const width: 4 | 8 = isZip64 || Math.max(size, compressedSize) >= IN_ZIP64 ? 8 : 4;
  const layout = { signature: 4, crc32: 4, compressedSize: width, size: width } satisfies Layout;
  const length = flags & SIZES_FOLLOW ? lengthOf(layout) : 0;
  demand(dataEnd + length === directoryStart, 'it contains bytes that belong to no entry, or its sizes are wrong');
  if (length === 0) return;
  const told = fieldsOf(await bytesAt(file, dataEnd, length), layout);
  const isTrue = told.signature === 0x08074b50 && told.crc32 === crc32 && told.compressedSize === compressedSize;
  demand(isTrue && told.size === size, 'the data descriptor after its data contradicts its directory');
}
