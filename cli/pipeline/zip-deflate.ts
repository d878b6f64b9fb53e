import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';
import { Channel } from '../channel/channel.ts';
import { BLOCK, giveBack } from './zip-blocks.ts';

/**
 * Compresses as it is read, in blocks that the threads of libuv's pool deflate side by side; Deno has no such pool for
 * them and takes one after the other. Never holds more than a few blocks, and takes no more of `plain` while its reader
 * is busy.
 *
 * The method is that of Mark Adler's pigz: each block knows the 32 KiB before it, and ends with a sync flush, on a byte's
 * border; so what comes out is one stream that any reader inflates. Deno passes over the 32 KiB, which only costs bytes.
 * @param plain the bytes to compress, in blocks (of {@link BLOCK} bytes, best) that nobody overwrites; they are given back
 * @param level 1 (fastest) to 9 (smallest)
 * @returns one raw deflate stream (RFC 1951) in pieces; `plain` has come to its end, or been returned, when this has
 * @throws what `plain` throws; RangeError for a level that zlib does not have
 */
export async function* deflate(plain: AsyncIterable<Buffer>, level: number): AsyncGenerator<Buffer, void> {
  const underWay: Promise<Buffer>[] = [];
  let before = NOTHING;
  try {
    for await (const block of plain) {
      await turns.send(undefined); // here, so that only one block of each zip waits for its turn
      const deflating = deflateBlock(block, { level, dictionary: before });
      deflating.catch(() => {}); // it may fail while `plain` is waited for, and is looked at later
      underWay.push(deflating);
      before = Buffer.from(block.subarray(-WINDOW)); // a copy: its block may go
      if (underWay.length > AT_ONCE) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
    yield END;
  } finally {
    await Promise.allSettled(underWay); // a thread may still be reading a block
  }
}

/** One more than there are cores: while this thread looks at a block, the others have something to do. */
const AT_ONCE = availableParallelism() + 1;

/** However many zips are made at once, so many blocks are in the hands of the pool, which also has files to read. */
const turns = new Channel<undefined>(AT_ONCE);

/** How far back deflate can look (RFC 1951, section 2), in bytes. */
const WINDOW = 32 * 1024;

/** An empty last block in the fixed code (RFC 1951, section 3.2.6). */
const END = Buffer.of(0b011, 0);
const NOTHING = Buffer.alloc(0);

const deflated = promisify<Buffer, object, Buffer>(deflateRaw);

/** Gives its turn back, and the block. */
async function deflateBlock(block: Buffer, options: { level: number; dictionary: Buffer }): Promise<Buffer> {
  try {
    return await deflated(block, { ...options, ...AS_A_BLOCK });
  } finally {
    giveBack(block);
    await turns.receive();
  }
}

/** zlib's default of 16 KiB a chunk takes twice the time; its largest memory takes less of both time and bytes. */
const AS_A_BLOCK = { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: BLOCK / 2, memLevel: 9 };
