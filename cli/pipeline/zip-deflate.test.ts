import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { inflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { deflate } from './zip-deflate.ts';

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

  it('makes what can not be compressed less than 1/8 larger, which the choice of ZIP64 relies on', async () => {
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

  it('refuses a level that zlib does not have', async () => {
    expect(await failure(bytesOf(deflate(from([Buffer.of(1)]), 10)))).to.be.instanceOf(RangeError);
  });
});

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
