import { randomBytes } from 'node:crypto';
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { zipHead, zipTail } from '../../cli/zip/format.ts';
import type { RandomNumbers } from '../service/fuzz-upload.ts';

/** A zip that is sound, or odd in one or two respects. */
export interface OddZip {
  /** What is odd about it. */
  readonly what: string;
  readonly bytes: Buffer;
  /** The dump that was put in. */
  readonly content: Buffer;
}

const MARKER = Buffer.from('\n-- Dump completed on 2023-10-31  0:00:00\n');

/** Makes a zip of some bytes to some megabytes: of any mix of blocks, and its headers or data forged in most cases. */
export function oddZip(random: RandomNumbers, entryName: string): OddZip {
  const what: string[] = [];
  const content = oddContent(random);
  const deflated = oddDeflate(random, content);
  const zip64 = random(4) === 0;
  const entry = { name: entryName, modifiedAt: new Date(0), zip64 };
  const sums = { crc32: crc32(content), size: content.length, compressedSize: deflated.length };
  let data = deflated;
  const untruths: Record<string, () => void> = {
    'a CRC that is right for a prefix': () => (sums.crc32 = crc32(content.subarray(0, random(content.length + 1)))),
    'another size': () => (sums.size = Math.max(0, sums.size + random(5) - 2)),
    'the size and CRC of a prefix': () => {
      sums.size = random(content.length + 1);
      sums.crc32 = crc32(content.subarray(0, sums.size));
    },
    'another compressed size': () => (sums.compressedSize = Math.max(0, sums.compressedSize + random(41) - 20)),
    'bytes behind the end of its data': () => {
      data = Buffer.concat([deflated, random(2) ? randomBytes(1 + random(300_000)) : Buffer.alloc(1 + random(5))]);
      if (random(2)) sums.compressedSize = data.length;
    },
    'data that ends early': () => {
      data = deflated.subarray(0, random(deflated.length + 1));
      if (random(2)) sums.compressedSize = data.length;
    },
    'two streams of data': () => {
      data = Buffer.concat([deflated, deflated]);
      if (random(2)) sums.compressedSize = data.length;
      if (random(2)) Object.assign(sums, { size: 2 * content.length, crc32: crc32(Buffer.concat([content, content])) });
    },
    'a flipped bit in its data': () => (data = flipped(random, deflated)),
    'data without a last block': () => {
      data = deflateRawSync(content, { finishFlush: constants.Z_SYNC_FLUSH });
      if (random(2)) sums.compressedSize = data.length;
    },
    'data that goes on into its descriptor': () => {
      const cut = Math.min(deflated.length, 1 + random(30));
      data = deflated.subarray(0, -cut);
      sums.compressedSize = data.length;
    },
  };
  const names = Object.keys(untruths);
  for (let n = random(3); n > 0; n--) {
    const name = names[random(names.length)]!;
    untruths[name]!();
    what.push(name);
  }
  let bytes: Buffer = Buffer.concat([zipHead(entry), data, zipTail(entry, sums)]);
  const [dataStart, tailStart] = [zipHead(entry).length, zipHead(entry).length + data.length];
  const changes: Record<string, () => void> = {
    'a flipped bit in its first header': () => (bytes = flipped(random, bytes, 0, dataStart)),
    'a flipped bit in its last headers': () => (bytes = flipped(random, bytes, tailStart, bytes.length)),
    'bytes before it': () => (bytes = Buffer.concat([randomBytes(1 + random(100)), bytes])),
    'a whole zip before it': () => (bytes = Buffer.concat([bytes, bytes])),
    'bytes after it': () => (bytes = Buffer.concat([bytes, Buffer.alloc(1 + random(100), random(256))])),
    'a comment': () => {
      bytes = Buffer.concat([bytes, Buffer.from('comment')]);
      bytes.writeUInt16LE(7, bytes.length - 9);
    },
    'a cut end': () => (bytes = bytes.subarray(0, random(bytes.length + 1))),
    'a part cut out': () => {
      const at = random(bytes.length);
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(200_000))]);
    },
    'a part twice': () => {
      const at = random(bytes.length);
      const end = at + 1 + random(100_000);
      bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    },
    'the method stored in its first header': () => bytes.writeUInt16LE(0, 8),
    'the method stored in all headers': () => {
      bytes.writeUInt16LE(0, 8);
      bytes.writeUInt16LE(0, bytes.indexOf('PK\x01\x02', tailStart, 'latin1') + 10);
    },
    'an extra field in its first header that moves its data': () => {
      bytes = Buffer.concat([
        bytes.subarray(0, dataStart),
        Buffer.from('\xfe\xca\0\0', 'latin1'),
        bytes.subarray(dataStart),
      ]);
      bytes.writeUInt16LE(bytes.readUInt16LE(28) + 4, 28);
    },
    'a longer extra field than there is': () => bytes.writeUInt16LE(random(65_536), 28),
    'another name in its first header': () => (bytes = flipped(random, bytes, 30, 30 + entryName.length)),
    'another offset in its directory': () =>
      bytes.writeUInt32LE(random(bytes.length), bytes.indexOf('PK\x01\x02', tailStart, 'latin1') + 42),
    'a directory of two entries': () => {
      const directory = bytes.indexOf('PK\x01\x02', tailStart, 'latin1');
      const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
      if (zip64 || directory < 0) return;
      bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(directory, end), bytes.subarray(end)]);
      for (const at of [8, 10]) bytes.writeUInt16LE(2, bytes.length - 22 + at);
      bytes.writeUInt32LE(2 * (end - directory), bytes.length - 22 + 12);
    },
  };
  if (random(2) === 0) {
    const name = Object.keys(changes)[random(Object.keys(changes).length)]!;
    try {
      changes[name]!();
      what.push(name);
    } catch (error) {
      // What it would change is not there any more.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return { what: what.join(', ') || 'nothing', bytes, content };
}

function oddContent(random: RandomNumbers): Buffer {
  const parts = Array.from({ length: random(5) }, () => {
    const size = random([100, 5000, 300_000, 1_000_000][random(4)]!);
    return [
      () => Buffer.alloc(size),
      () => randomBytes(size),
      () => Buffer.from(randomBytes(size).toString('hex')),
      () => Buffer.alloc(size, `INSERT INTO t VALUES (${size},'abc');\n`),
    ][random(4)]!();
  });
  return Buffer.concat(random(3) ? [...parts, MARKER] : parts);
}

function oddDeflate(random: RandomNumbers, content: Buffer): Buffer {
  const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY, Z_FULL_FLUSH, Z_SYNC_FLUSH } = constants;
  const options = () => ({
    level: random(10),
    strategy: [Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY][random(4)]!,
    memLevel: 1 + random(9),
  });
  if (random(2)) return deflateRawSync(content, options());
  // Blocks of several compressors, and many empty ones between them, as some writers flush.
  const pieces: Buffer[] = [];
  const size = Math.max(1, Math.ceil(content.length / (1 + random(20))));
  for (let at = 0; at < content.length; at += size) {
    const finishFlush = random(2) ? Z_FULL_FLUSH : Z_SYNC_FLUSH;
    pieces.push(deflateRawSync(content.subarray(at, at + size), { ...options(), finishFlush }));
    if (random(4) === 0) pieces.push(Buffer.from('\0\0\0\xff\xff'.repeat(random(60_000)), 'latin1'));
  }
  return Buffer.concat([...pieces, deflateRawSync(Buffer.alloc(0))]);
}

function flipped(random: RandomNumbers, bytes: Buffer, start = 0, end = bytes.length): Buffer {
  const copy = Buffer.from(bytes);
  if (end > start) copy[start + random(end - start)]! ^= 1 << random(8);
  return copy;
}
