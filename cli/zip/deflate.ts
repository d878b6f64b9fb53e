import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';
import { Channel } from '../channel/channel.ts';
import { select } from '../channel/select.ts';
import { giveBack } from './blocks.ts';

/**
 * Compresses as it is read, in blocks that the threads of libuv's pool deflate side by side; Deno has no such pool for
 * them and takes one after the other. All zips together hold no more than a few blocks for each core and one for each zip,
 * and take no more of `plain` while their readers are busy.
 *
 * The method is that of Mark Adler's pigz: each block knows the 32 KiB before it, and ends with a sync flush, on a byte's
 * border; so what comes out is one stream that any reader inflates. Deno passes over the 32 KiB, which only costs bytes.
 * @param plain the bytes to compress, in blocks (of 1 MiB, best) that no one overwrites; they are given back
 * @param level 1 (fastest) to 9 (smallest)
 * @returns one raw deflate stream (RFC 1951) in pieces; `plain` has come to its end, or been returned, when this has
 * @throws what `plain` throws; RangeError for a level that zlib does not have
 */
export async function* deflate(plain: AsyncIterable<Buffer>, level: number): AsyncGenerator<Buffer, void> {
  const blocks = new BlocksUnderWay(plain, level);
  let beginning: Promise<boolean> | undefined = blocks.begin();
  try {
    while (beginning || blocks.first) {
      // The next block goes to the pool before one that is done goes out: the pool should always have something to do.
      const first: boolean | Buffer = await Promise.race([beginning, blocks.first].filter(it => it !== undefined));
      if (typeof first === 'boolean') beginning = first ? blocks.begin() : undefined;
      else {
        yield first;
        blocks.shift();
      }
    }
    yield END;
  } finally {
    await blocks.rest(beginning);
  }
}

/** One more than there are cores: while this thread looks at a block, the others have something to do. */
const AT_ONCE = availableParallelism() + 1;

/** However many zips are made at once, so many blocks are in the hands of the pool, which also has files to read. */
const turns = new Channel<undefined>(AT_ONCE);

/**
 * Room for blocks that have been begun and not yet been taken, of all zips together: those that are done wait for the one
 * before them. Without a bound over all, as many zips as there are cores would hold as many blocks each.
 */
const shared = new Channel<undefined>(2 * availableParallelism());

/** The blocks of one zip, in their order, from the moment when each is read until its bytes are taken. */
class BlocksUnderWay {
  readonly #plain: AsyncIterator<Buffer>;
  readonly #level: number;
  readonly #underWay: { readonly bytes: Promise<Buffer>; readonly room: Channel<undefined> }[] = [];
  /** Room for one block that no other zip can take: a zip that waits for a slow disk or server stops no other. */
  readonly #own = new Channel<undefined>(1);
  readonly #leaving = new AbortController();
  #before = NOTHING;

  constructor(plain: AsyncIterable<Buffer>, level: number) {
    this.#plain = plain[Symbol.asyncIterator]();
    this.#level = level;
  }

  /** The bytes of the oldest one, as soon as they are there. */
  get first(): Promise<Buffer> | undefined {
    return this.#underWay[0]?.bytes;
  }

  /** Reads the next one, and hands it to the pool when there is room; one call at a time. @returns whether there was one */
  async begin(): Promise<boolean> {
    const { done, value: block } = await this.#plain.next();
    if (done) return false;
    const { index } = await select([this.#own.sending(undefined), shared.sending(undefined)], this.#leaving);
    await turns.send(undefined);
    const bytes = deflateBlock(block, { level: this.#level, dictionary: this.#before });
    bytes.catch(() => {}); // it may fail while `plain` is waited for, and is looked at later
    this.#underWay.push({ bytes, room: index === 0 ? this.#own : shared });
    this.#before = Buffer.from(block.subarray(-WINDOW)); // a copy: its block may go
    return true;
  }

  /** Forgets the oldest one, whose bytes have been taken, and gives its room to another. */
  shift(): void {
    void this.#underWay.shift()?.room.receive();
  }

  /** Comes to rest: waits for what is under way, since a thread may still be reading a block. */
  async rest(beginning: Promise<boolean> | undefined): Promise<void> {
    this.#leaving.abort();
    await beginning?.catch(() => {});
    await this.#plain.return?.();
    await Promise.allSettled(this.#underWay.map(({ bytes }) => bytes));
    while (this.#underWay.length > 0) this.shift();
  }
}

/** How far back deflate can look (RFC 1951, section 2), in bytes. */
const WINDOW = 32 * 1024;

/** An empty last block in the fixed code (RFC 1951, section 3.2.6). */
const END = Buffer.of(0b011, 0);
const NOTHING = Buffer.alloc(0);

const deflated = promisify<Buffer, object, Buffer>(deflateRaw);

/** Gives its turn back, and the block. */
async function deflateBlock(block: Buffer, options: { level: number; dictionary: Buffer }): Promise<Buffer> {
  try {
    return await deflated(block, { ...options, ...AS_A_BLOCK, chunkSize: Math.max(LEAST_CHUNK, block.length >> 1) });
  } finally {
    giveBack(block);
    await turns.receive();
  }
}

/** zlib's default of 16 KiB a chunk takes twice the time. The last block of a dump may be short. */
const LEAST_CHUNK = 64 * 1024;
/** Its largest memory takes less of both time and bytes. */
const AS_A_BLOCK = { finishFlush: constants.Z_SYNC_FLUSH, memLevel: 9 };
