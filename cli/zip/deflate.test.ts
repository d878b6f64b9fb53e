import { randomBytes } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import os, { availableParallelism } from 'node:os';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import zlib, { createInflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { BLOCK } from './blocks.ts';
import { deflate } from './deflate.ts';

const PIECE = 256 * 1024;

describe('zip-deflate', () => {
  it('writes one raw deflate stream, at every level', async () => {
    const pieces = [Buffer.from('INSERT INTO `t` VALUES '), randomBytes(PIECE), Buffer.alloc(3 * PIECE, '(1),')];
    const sizes = [];
    for (let level = 1; level <= 9; level++) {
      const compressed = await bytesOf(deflate(from(pieces), level));
      expect(inflateRawSync(compressed).equals(Buffer.concat(pieces)), `level ${level}`).to.equal(true);
      sizes.push(compressed.length);
    }
    expect(sizes[8]).to.be.below(sizes[0]!);
  });

  it('writes a valid stream of nothing', async () => {
    const compressed = await bytesOf(deflate(from([]), 6));
    expect(inflateRawSync(compressed)).to.have.length(0);
  });

  it('makes what cannot be compressed less than 1/8 larger, which the choice of ZIP64 relies on', async () => {
    const pieces = Array.from({ length: 16 }, () => randomBytes(PIECE));
    for (const level of [1, 6, 9]) {
      const compressed = await bytesOf(deflate(from(pieces), level));
      expect(compressed.length, `level ${level}`).to.be.below((16 * PIECE * 9) / 8);
    }
  });

  it('throws what its source throws', async () => {
    const broken = new Error('the disk is gone');
    async function* failing() {
      yield randomBytes(PIECE);
      yield randomBytes(PIECE);
      throw broken;
    }
    expect(await failure(bytesOf(deflate(failing(), 6)))).to.equal(broken);
  });

  it('takes no more while its reader is busy', async () => {
    let taken = 0;
    async function* counted() {
      for (; taken < 100; taken++) yield randomBytes(PIECE);
    }
    for await (const _ of deflate(counted(), 1)) {
      await pause(100);
      break;
    }
    expect(taken).to.be.within(1, 6);
  });

  it('hands out what is done while its source is waited for', async () => {
    const wait = Promise.withResolvers<void>();
    async function* stalling() {
      yield randomBytes(PIECE);
      await wait.promise;
    }
    const pieces = deflate(stalling(), 1);
    const first = await pieces.next();
    expect(first.value?.length).to.be.above(PIECE / 2);
    wait.resolve();
    expect(inflateRawSync(Buffer.concat([first.value as Buffer, await bytesOf(pieces)]))).to.have.length(PIECE);
  });

  it('throws also what its source throws while its reader is busy', async () => {
    const broken = new Error('the disk is gone');
    async function* failing() {
      yield randomBytes(PIECE);
      yield randomBytes(PIECE);
      await pause(20);
      throw broken;
    }
    const reading = (async () => {
      for await (const _ of deflate(failing(), 1)) await pause(60);
    })();
    expect(await failure(reading)).to.equal(broken);
  });

  it('holds few blocks over all zips whose readers are busy, and stops no other zip', async () => {
    const zips = 20;
    let taken = 0;
    async function* endless() {
      for (;;) {
        taken++;
        yield randomBytes(1000);
      }
    }
    const busy = Array.from({ length: zips }, () => deflate(endless(), 1));
    for (const pieces of busy) await pieces.next();
    await pause(100);
    try {
      // Each has its own, and one more that it has read; the rest is shared.
      expect(taken).to.be.at.most(2 * zips + 2 * availableParallelism());
      const plain = rowsOf(5 * BLOCK);
      const other = await bytesOf(deflate(from([plain.subarray(0, BLOCK), plain.subarray(BLOCK)]), 1));
      expect(inflateRawSync(other).equals(plain)).to.equal(true);
    } finally {
      for (const pieces of busy) await pieces.return();
    }
  });

  it('ends when its reader does, and not before its source has come to rest', async () => {
    const events: string[] = [];
    async function* slow() {
      try {
        for (;;) {
          yield randomBytes(PIECE);
          events.push('reading');
          await pause(20);
          events.push('read');
        }
      } finally {
        events.push('source at rest');
      }
    }
    for await (const _ of deflate(slow(), 1)) break;
    events.push('ended');
    expect(events.slice(-2)).to.deep.equal(['source at rest', 'ended']);
    expect(events.filter(event => event === 'reading').length).to.equal(events.filter(e => e === 'read').length);
  });

  describe('of blocks of any size', () => {
    const KiB = 1024;
    const text = rowsOf(3 * BLOCK);
    const cuts: Record<string, number[]> = {
      'of one byte': Array(700).fill(1),
      'around the 32 KiB that deflate looks back': [32 * KiB, 1, 32 * KiB - 1, 32 * KiB + 1, 3, 64 * KiB],
      'empty ones among them': [10, 0, 0, 50_000, 0],
      'larger than its own': [2 * BLOCK + 17, BLOCK],
      'as they are read': [BLOCK, BLOCK, BLOCK - 5],
    };
    for (const [what, lengths] of Object.entries(cuts))
      it(`is one stream: ${what}`, async () => {
        const blocks: Buffer[] = [];
        let at = 0;
        for (const length of lengths) {
          blocks.push(text.subarray(at, at + length));
          at += length;
        }
        const compressed = await bytesOf(deflate(from(blocks), 6));
        const plain = Buffer.concat(blocks);
        expect(inflateRawSync(compressed).equals(plain), 'in one go').to.equal(true);
        const stream = Readable.from([compressed.subarray(0, 7), compressed.subarray(7)]).pipe(createInflateRaw());
        expect((await buffer(stream)).equals(plain), 'as a stream').to.equal(true);
      });
  });

  it('is hardly larger than without blocks', async () => {
    const text = rowsOf(3 * BLOCK);
    const without = deflateRawSync(text, { level: 6, memLevel: 9 }).length;
    for (const length of [BLOCK / 16, BLOCK]) {
      const count = text.length / length;
      const blocks = Array.from({ length: count }, (_, i) => text.subarray(i * length, (i + 1) * length));
      const inBlocks = (await bytesOf(deflate(from(blocks), 6))).length;
      // Small blocks show whether each knows what stands before it, which it does not on Deno.
      expect(inBlocks / without, `blocks of ${length}`).to.be.within(0.9, 'Deno' in globalThis ? 1.05 : 1.005);
    }
  });

  it('writes the same bytes while other zips run beside it', async () => {
    const texts = [rowsOf(2 * BLOCK + 9), randomBytes(BLOCK + 1), Buffer.alloc(3 * BLOCK), rowsOf(1)];
    const pieces = (text: Buffer) => [
      text.subarray(0, BLOCK),
      text.subarray(BLOCK, 2 * BLOCK),
      text.subarray(2 * BLOCK),
    ];
    const alone: Buffer[] = [];
    for (const text of texts) alone.push(await bytesOf(deflate(from(pieces(text)), 6)));
    const beside = await Promise.all(texts.map(text => bytesOf(deflate(from(pieces(text)), 6))));
    for (const [index, bytes] of beside.entries()) expect(bytes.equals(alone[index]!), `text ${index}`).to.equal(true);
  });

  /** Deno has no such pool, and does not let its zlib be watched. */
  const describeOnNode = 'Deno' in globalThis ? () => {} : describe;
  describeOnNode('beside a pool that is held up', () => {
    const { deflateRaw } = zlib;
    let isHeldUp: boolean;
    const held: (() => void)[] = [];
    /** All that were ever held, in the order in which they came. */
    const heldBlocks: Buffer[] = [];
    let onHeld = () => {};
    const untilHeld = async (count: number) => {
      while (held.length < count) await new Promise<void>(resolve => (onHeld = resolve));
    };
    let another: typeof import('./deflate.ts');
    let number = 0;
    beforeEach(async () => {
      isHeldUp = true;
      heldBlocks.length = 0;
      zlib.deflateRaw = ((...args: Parameters<typeof deflateRaw>) => {
        if (!isHeldUp) return deflateRaw(...args);
        held.push(() => deflateRaw(...args));
        heldBlocks.push(args[0] as Buffer);
        onHeld();
      }) as unknown as typeof deflateRaw;
      syncBuiltinESMExports();
      another = await import(`./deflate.ts?watched${++number}`);
    });
    afterEach(() => {
      zlib.deflateRaw = deflateRaw;
      syncBuiltinESMExports();
    });
    const goOn = () => {
      isHeldUp = false;
      for (const deflateHeld of held.splice(0)) deflateHeld();
    };
    let taken = 0;
    async function* pieces(count = 40) {
      for (let piece = 0; piece < count; piece++) {
        taken++;
        yield randomBytes(1000);
      }
    }

    it('gives it one block more than there are cores, and takes few others, however many zips', async () => {
      taken = 0;
      const zips = Array.from({ length: 12 }, () => bytesOf(another.deflate(pieces(), 1)));
      await pause(50);
      expect(held).to.have.length(availableParallelism() + 1);
      expect(taken, 'blocks in memory').to.be.at.most(held.length + zips.length);
      goOn();
      for (const bytes of await Promise.all(zips)) expect(inflateRawSync(bytes)).to.have.length(40_000);
    });

    for (const cores of [1, 2, 16])
      it(`hands it a small zip next but one while a large zip keeps it busy, with ${cores} cores`, async () => {
        const real = os.availableParallelism; // the imported name follows what is set here
        os.availableParallelism = () => cores;
        syncBuiltinESMExports();
        const { deflate } = await import(`./deflate.ts?cores${cores}`);
        os.availableParallelism = real;
        syncBuiltinESMExports();
        const largeZip = deflate(pieces(Number.POSITIVE_INFINITY), 1);
        const firstPiece = largeZip.next();
        await untilHeld(cores + 1);
        const small = Buffer.from('INSERT INTO `small` VALUES (1);');
        const smallZip = bytesOf(deflate(from([small]), 1));
        for (let turn = 0; turn < 2; turn++) {
          held.shift()!();
          await untilHeld(cores + 1);
        }
        goOn();
        expect(inflateRawSync(await smallZip).equals(small)).to.equal(true);
        expect(heldBlocks.slice(0, cores + 3)).to.include(small);
        await firstPiece;
        await largeZip.return();
      });

    it('gives its room back, however it ends', async () => {
      isHeldUp = false;
      async function* failing() {
        yield* pieces(5);
        throw new Error('no more');
      }
      for (let round = 0; round < 5 * availableParallelism(); round++) {
        for await (const _ of another.deflate(pieces(), 1)) break;
        await failure(bytesOf(another.deflate(failing(), 1)));
      }
      isHeldUp = true;
      const one = bytesOf(another.deflate(pieces(), 1));
      await pause(50);
      expect(held).to.have.length(availableParallelism() + 1);
      goOn();
      expect(inflateRawSync(await one)).to.have.length(40_000);
    });
  });

  it('leaves no unhandled rejection when it fails while its source is waited for', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
    async function* slow() {
      yield Buffer.of(1);
      await pause(30);
    }
    try {
      expect(await failure(bytesOf(deflate(slow(), 10)))).to.be.instanceOf(RangeError);
    } finally {
      process.removeListener('unhandledRejection', note);
      for (const other of others) process.on('unhandledRejection', other);
    }
    expect(unhandled).to.deep.equal([]);
  });

  it('refuses a level that zlib does not have', async () => {
    expect(await failure(bytesOf(deflate(from([Buffer.of(1)]), 10)))).to.be.instanceOf(RangeError);
  });
});

/** As a dump has them. */
function rowsOf(bytes: number): Buffer {
  const rows: string[] = [];
  for (let id = 1, length = 0; length < bytes; id++) {
    const row = `(${id},'customer ${(id * 7919) % 104_729}','${'abcdefghij'.slice(id % 7)}',${(id * id) % 99_991}),\n`;
    length += row.length;
    rows.push(row);
  }
  return Buffer.from(rows.join('')).subarray(0, bytes);
}

async function* from(pieces: Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}

async function bytesOf(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('did not fail'),
    (error: unknown) => error,
  );
}
