import { bytesAt, demand, type Fields, fieldsOf, lengthOf, UnsoundZip, type ZipFile } from './zip-file.ts';

/** Where the one header of the central directory stands. */
export interface Directory {
  readonly start: number;
  /** In bytes. */
  readonly length: number;
}

/** APPNOTE 4.3.16. */
const END = {
  signature: 4,
  disk: 2,
  directoryDisk: 2,
  entriesHere: 2,
  entries: 2,
  directorySize: 4,
  directoryOffset: 4,
  commentLength: 2,
} as const;

/** APPNOTE 4.3.14, as its version 1 is: version 2 is for encrypted directories. */
const ZIP64_END = {
  signature: 4,
  size: 8,
  madeBy: 2,
  needed: 2,
  disk: 4,
  directoryDisk: 4,
  entriesHere: 8,
  entries: 8,
  directorySize: 8,
  directoryOffset: 8,
} as const;

/** APPNOTE 4.3.15. */
const LOCATOR = { signature: 4, disk: 4, zip64EndOffset: 8, disks: 4 } as const;

const [END_BYTES, ZIP64_END_BYTES, LOCATOR_BYTES] = [lengthOf(END), lengthOf(ZIP64_END), lengthOf(LOCATOR)];
const END_SIGNATURE = Buffer.from('PK\x05\x06', 'latin1');
const ZIP64_END_SIGNATURE = 0x06064b50;
const LOCATOR_SIGNATURE = 0x07064b50;

/** A central header has at least 46 bytes, and three parts behind it of 65,535 bytes at most. */
const [MIN_DIRECTORY_BYTES, MAX_DIRECTORY_BYTES] = [46, 46 + 3 * 65_535];

/** libarchive looks for the end record in the last 16 KiB. */
const MAX_COMMENT_BYTES = 8192;

/**
 * Finds the central directory by the end records (APPNOTE 4.3.14 to 4.3.16). Readers disagree on which of their fields they
 * believe, so each must have its one true value, or refer to its twin of 64 bits where there is one.
 * @throws UnsoundZip
 */
export async function findDirectory(file: ZipFile): Promise<Directory> {
  const endAt = await findEnd(file);
  const end = fieldsOf(await bytesAt(file, endAt, END_BYTES), END);
  const zip64 = await zip64EndBefore(file, endAt);
  const total = (zip64 ?? end).entries;
  if (total !== 1) throw new UnsoundZip(`must be a zip with exactly one entry, not ${total}`);
  demand(end.entriesHere === end.entries && isOn(end, 'entries', 1, zip64), ENTRIES);
  demand(isOn(end, 'disk', 0, zip64) && isOn(end, 'directoryDisk', 0, zip64), PARTS);
  const length = (zip64 ?? end).directorySize;
  demand(isOn(end, 'directorySize', length, zip64), DISAGREE);
  demand(length >= MIN_DIRECTORY_BYTES && length <= MAX_DIRECTORY_BYTES, 'the size of its directory is wrong');
  const start = (zip64 ? endAt - LOCATOR_BYTES - ZIP64_END_BYTES : endAt) - length;
  demand((zip64 ?? end).directoryOffset === start, 'its directory is not where its end record says');
  demand(isOn(end, 'directoryOffset', start, zip64), DISAGREE);
  return { start, length };
}

const ENTRIES = 'its end record has two different numbers of entries';
const PARTS = 'it is marked as one of several parts';
const DISAGREE = 'its two end records contradict each other';

/** A field that is full of ones refers to its twin in the ZIP64 record (4.4.1.4): without one it is a plain untruth. */
function isOn(end: Fields<typeof END>, name: keyof typeof END, value: number, zip64: object | undefined): boolean {
  return end[name] === value || (zip64 !== undefined && end[name] === 256 ** END[name] - 1);
}

/** Readers look for the last of its signature, and may find one within the comment; so that must hold none. */
async function findEnd(file: ZipFile): Promise<number> {
  const length = Math.min(file.size, END_BYTES + MAX_COMMENT_BYTES);
  const tail = await bytesAt(file, file.size - length, length);
  const at = tail.lastIndexOf(END_SIGNATURE);
  if (at < 0 || at + END_BYTES > length)
    throw new UnsoundZip('is not a readable zip: it has no end record, and may be cut off');
  const { commentLength } = fieldsOf(tail.subarray(at), END);
  demand(at + END_BYTES + commentLength === length, 'there are extra bytes after its end record');
  demand(!tail.subarray(at + END_BYTES).includes('PK'), 'its comment looks like a part of a zip');
  return file.size - length + at;
}

/** @returns the fields of the ZIP64 end record, undefined when there is no such record */
async function zip64EndBefore(file: ZipFile, endAt: number): Promise<Fields<typeof ZIP64_END> | undefined> {
  const locatorAt = endAt - LOCATOR_BYTES;
  if (locatorAt < 0) return undefined;
  const locator = fieldsOf(await bytesAt(file, locatorAt, LOCATOR_BYTES), LOCATOR);
  if (locator.signature !== LOCATOR_SIGNATURE) return undefined;
  const recordAt = locatorAt - ZIP64_END_BYTES;
  demand(locator.zip64EndOffset === recordAt, 'its ZIP64 record is not where its locator says');
  demand(locator.disk === 0 && locator.disks === 1, PARTS);
  const record = fieldsOf(await bytesAt(file, recordAt, ZIP64_END_BYTES), ZIP64_END);
  demand(
    record.signature === ZIP64_END_SIGNATURE && record.size === ZIP64_END_BYTES - 12,
    'it has a damaged ZIP64 record',
  );
  demand(record.needed <= MAX_VERSION, tooNew(record.needed));
  demand(record.disk === 0 && record.directoryDisk === 0, PARTS);
  demand(record.entriesHere === record.entries, ENTRIES);
  return record;
}

/** ZIP64, 4.5 (APPNOTE 4.4.3.2): few programs read a zip that needs more. */
export const MAX_VERSION = 45;

export function tooNew(version: number): string {
  return `it requires version ${version / 10} of the zip format, but version ${MAX_VERSION / 10} is enough`;
}
