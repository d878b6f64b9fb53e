/** What a zip says of its one entry before the entry's bytes are known. */
export interface ZipEntry {
  /** The file's name; written as UTF-8. */
  readonly name: string;
  /** When the file was last changed. */
  readonly modifiedAt: Date;
  /** Whether sizes and offsets are written with 64 bits; decided before the first byte, see {@link needsZip64}. */
  readonly zip64: boolean;
}

/** What is known of the entry once all its bytes have passed. */
export interface EntrySums {
  /** CRC-32 of the plain bytes. */
  crc32: number;
  /** Plain bytes. */
  size: number;
  /** Bytes after deflate. */
  compressedSize: number;
}

/** A field of 32 bits that holds this sends the reader to its 64-bit twin (APPNOTE 4.4.1.4), so it is no value itself. */
const SEE_ZIP64 = 0xffff_ffff;

/**
 * The largest plain size that surely fits into 32 bits, in bytes. Deflate may make bytes larger: zlib as Node has it by
 * 1/4096, but Deno's writes level 1 in the fixed code of RFC 1951, section 3.2.6, which spends up to 9 bits on 8.
 */
const SURELY_32_BITS = 3.5 * 1024 ** 3;

const DEFLATE = 8;
/** Bit 3: sizes and CRC follow the data, so that nothing is patched afterwards. Bit 11: the name is UTF-8. */
const FLAGS = (1 << 3) | (1 << 11);
/** Version 4.5 of the format, on Unix: only then do readers look at the mode (4.4.2). */
const MADE_BY = (3 << 8) | 45;
/** A regular file for its owner's eyes only: an extracted dump is as private as the dump was. */
const UNIX_MODE = 0o100600;

/**
 * Decides whether an entry is written as ZIP64. The local header comes first and can't be taken back, so an entry that
 * only might outgrow 32 bits, once compressed, counts as one that does.
 * @param size plain bytes to come
 */
export function needsZip64(size: number): boolean {
  return size > SURELY_32_BITS;
}

/**
 * Writes what stands before the compressed bytes: the local file header (APPNOTE 4.3.7).
 * @throws RangeError when the name is longer than 65,535 bytes
 */
export function zipHead(entry: ZipEntry): Buffer {
  const name = Buffer.from(entry.name);
  // The descriptor behind the data tells the real sizes; the extra field has to be here anyway, and with both
  // sizes, because its presence is what tells that the descriptor has 64 bits (4.3.9.2, 4.5.3).
  const extra = Buffer.concat([entry.zip64 ? zip64Extra(0, 0) : EMPTY, timestampExtra(entry.modifiedAt)]);
  const size = entry.zip64 ? SEE_ZIP64 : 0;
  return Buffer.concat([
    u32(0x04034b50),
    ...commonFields(entry, { crc32: 0, compressedSize: size, size }),
    u16(name.length),
    u16(extra.length),
    name,
    extra,
  ]);
}

/**
 * Writes what stands behind the compressed bytes: data descriptor (APPNOTE 4.3.9), central directory (4.3.12), the two
 * ZIP64 records (4.3.14, 4.3.15) where the entry asks for them, and the end record (4.3.16).
 * @param entry the same that {@link zipHead} was given
 * @throws RangeError when a size or offset doesn't fit its field, which a right choice of `zip64` rules out
 */
export function zipTail(entry: ZipEntry, sums: EntrySums): Buffer {
  const offset = zipHead(entry).length + sums.compressedSize + (entry.zip64 ? 24 : 16); // the descriptor's length
  if (!entry.zip64 && Math.max(sums.size, offset) >= SEE_ZIP64)
    throw new RangeError(`the zip entry ${entry.name} (${sums.size} bytes) outgrew a zip without ZIP64`);
  const directory = centralDirectory(entry, sums);
  const end = entry.zip64 ? zip64End(directory.length, offset) : EMPTY;
  return Buffer.concat([
    dataDescriptor(entry, sums),
    directory,
    end,
    endRecord(directory.length, entry.zip64 ? SEE_ZIP64 : offset),
  ]);
}

/** APPNOTE 4.3.9; with the signature that 4.3.9.4 asks for. */
function dataDescriptor({ zip64 }: ZipEntry, { crc32, compressedSize, size }: EntrySums): Buffer {
  const width = zip64 ? u64 : u32;
  return Buffer.concat([u32(0x08074b50), u32(crc32), width(compressedSize), width(size)]);
}

/** APPNOTE 4.3.12: the header of the one entry, which begins at offset 0 of disk 0. */
function centralDirectory(entry: ZipEntry, sums: EntrySums): Buffer {
  const { compressedSize, size } = sums;
  const name = Buffer.from(entry.name);
  const extra = Buffer.concat([
    entry.zip64 ? zip64Extra(size, compressedSize) : EMPTY,
    timestampExtra(entry.modifiedAt),
  ]);
  return Buffer.concat([
    u32(0x02014b50),
    u16(MADE_BY),
    ...commonFields(entry, entry.zip64 ? { ...sums, compressedSize: SEE_ZIP64, size: SEE_ZIP64 } : sums),
    u16(name.length),
    u16(extra.length),
    u16(0), // length of the comment
    u16(0), // disk of the local header
    u16(0), // internal attributes
    u32(UNIX_MODE * 0x1_0000), // external attributes
    u32(0), // offset of the local header
    name,
    extra,
  ]);
}

/** What the local and the central header have in common, from "version needed" (APPNOTE 4.4.3) to the sizes (4.4.9). */
function commonFields({ modifiedAt, zip64 }: ZipEntry, { crc32, compressedSize, size }: EntrySums): Buffer[] {
  return [
    u16(zip64 ? 45 : 20),
    u16(FLAGS),
    u16(DEFLATE),
    ...dosTime(modifiedAt),
    u32(crc32),
    u32(compressedSize),
    u32(size),
  ];
}

/** The ZIP64 end record (APPNOTE 4.3.14) and the locator that leads to it (4.3.15). */
function zip64End(directorySize: number, directoryOffset: number): Buffer {
  return Buffer.concat([
    u32(0x06064b50),
    u64(44), // what follows of this record, in bytes
    u16(MADE_BY),
    u16(45),
    u32(0), // this disk
    u32(0), // disk of the directory
    u64(1), // entries on this disk
    u64(1), // entries
    u64(directorySize),
    u64(directoryOffset),
    u32(0x07064b50),
    u32(0), // disk of the ZIP64 end record
    u64(directoryOffset + directorySize),
    u32(1), // disks
  ]);
}

/** APPNOTE 4.3.16. */
function endRecord(directorySize: number, directoryOffset: number): Buffer {
  return Buffer.concat([
    u32(0x06054b50),
    u16(0), // this disk
    u16(0), // disk of the directory
    u16(1), // entries on this disk
    u16(1), // entries
    u32(directorySize),
    u32(directoryOffset),
    u16(0), // length of the comment
  ]);
}

/** APPNOTE 4.5.3. */
function zip64Extra(size: number, compressedSize: number): Buffer {
  return Buffer.concat([u16(0x0001), u16(16), u64(size), u64(compressedSize)]);
}

/**
 * The extended timestamp, which alone says what the DOS time can't: seconds, in UTC (Info-ZIP's `extrafld.txt`, named
 * in APPNOTE 4.6.1). It has 31 bits, so it is left out where they don't reach.
 */
function timestampExtra(date: Date): Buffer {
  const seconds = Math.floor(date.getTime() / 1000);
  if (seconds < 0 || seconds > 0x7fff_ffff) return EMPTY;
  return Buffer.concat([u16(0x5455), u16(5), Buffer.of(1), u32(seconds)]);
}

/** Time and date in the format of MS-DOS (APPNOTE 4.4.6), which knows 1980 to 2107 and even seconds; here in UTC. */
function dosTime(date: Date): [time: Buffer, date: Buffer] {
  const clamped = Math.min(Math.max(date.getTime(), Date.UTC(1980, 0)), Date.UTC(2108, 0) - 1);
  const at = new Date(clamped);
  return [
    u16((at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1)),
    u16(((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()),
  ];
}

const EMPTY = Buffer.alloc(0);

// All numbers are little-endian (APPNOTE 4.4.1.1). Node's writers throw a RangeError rather than cut a number off.

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
