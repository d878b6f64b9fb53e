import { crc32 } from 'node:zlib';
import { demand, toNumber } from './zip-file.ts';

/** In which header an extra field stands. */
export type Place = 'local' | 'central';

/** The sizes and the offset of 64 bits that an extra field tells, in their order (APPNOTE 4.5.3). */
type Zip64Values = readonly number[];

const ZIP64 = 0x0001;

/**
 * Reads the extra fields of a header (APPNOTE 4.5). Only such are taken as zip programs in use write, in their right
 * form: readers stumble over others, or read an entry's name, size or method from them.
 * @param name that the entry has
 * @returns the values of the ZIP64 field, undefined when there is no such field
 * @throws UnsoundZip
 */
export function readExtraFields(bytes: Buffer, place: Place, name: Buffer): Zip64Values | undefined {
  const seen = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    demand(at + 4 <= bytes.length, MALFORMED);
    const [id, length] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2)];
    const data = bytes.subarray(at + 4, at + 4 + length);
    demand(data.length === length && !seen.has(id), MALFORMED);
    seen.set(id, data);
    if (id !== ZIP64)
      demand(isKnown(id, data, place, name), `it has an extra field ${hex(id)} that no common program writes`);
    at += 4 + length;
  }
  const zip64 = seen.get(ZIP64);
  if (!zip64) return undefined;
  demand(zip64.length % 8 === 0 && zip64.length > 0 && zip64.length <= 24, 'its ZIP64 field is malformed');
  return Array.from({ length: zip64.length / 8 }, (_, at) => toNumber(zip64.readBigUInt64LE(at * 8)));
}

const MALFORMED = 'its extra fields are malformed';

/** Times, owners and the like, which change nothing of the content. Info-ZIP's `extrafld.txt` describes them. */
function isKnown(id: number, data: Buffer, place: Place, name: Buffer): boolean {
  const { length } = data;
  switch (id) {
    case 0x5455: // "UT", times: three bits show which there are; a directory need not have them all
      return (
        length > 0 &&
        data[0]! < 8 &&
        (length === 1 + 4 * bitsOf(data[0]!) || (place === 'central' && length <= 5 && length % 4 === 1))
      );
    case 0x7875: // "ux", owner and group, each behind its length
      return length > 2 && data[0] === 1 && data[1]! <= 8 && length === 3 + data[1]! + (data[2 + data[1]!] ?? 0);
    case 0x7855: // "Ux", owner and group
      return length === (place === 'local' ? 4 : 0);
    case 0x5855: // "UX", times, owner and group
      return length === 8 || (place === 'local' && length === 12);
    case 0x000a: // NTFS, times
      return length === 32 && data.readUInt32LE(4) === 0x0018_0001;
    case 0x7075: // "up", the name in UTF-8, with the CRC of the other
      return length > 5 && data[0] === 1 && data.readUInt32LE(1) === crc32(name) && data.subarray(5).equals(name);
    case 0xcafe: // Java's mark of an archive of classes
      return length === 0;
    default:
      return false;
  }
}

function bitsOf(flags: number): number {
  return (flags & 1) + ((flags >> 1) & 1) + ((flags >> 2) & 1);
}

function hex(id: number): string {
  return `0x${id.toString(16).padStart(4, '0')}`;
}
