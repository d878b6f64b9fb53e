// A part of the work by itself, for the floor; prints what it took without the start of the process:
//   work-alone.ts deflate FILE…    a raw deflate stream of each at the usual level, by Node's zlib, not kept
//   work-alone.ts digests FILE…    SHA-256 of each, and CRC-32 of those that are no zips
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import process from 'node:process';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';
import { DEFAULT_LEVEL } from '../../cli/zip/level.ts';
import { tell } from './tell.ts';

const MIB = 1024 ** 2;
const [work, ...files] = process.argv.slice(2);

await tell(async () => {
  for (const path of files) await (work === 'deflate' ? deflate(path) : digests(path));
});

async function deflate(path: string): Promise<void> {
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
  const stream = createDeflateRaw({ level: DEFAULT_LEVEL, chunkSize: MIB });
  await pipeline(createReadStream(path, { highWaterMark: MIB }), stream, nowhere);
}

async function digests(path: string): Promise<void> {
  const hash = createHash('sha256');
  let sum = 0;
  for await (const piece of createReadStream(path, { highWaterMark: MIB }) as AsyncIterable<Buffer>) {
    if (!path.endsWith('.zip')) sum = crc32(piece, sum);
    hash.update(piece);
  }
}
