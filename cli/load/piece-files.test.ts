import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { closePiece, type Frame, framesOf, PieceStore } from './piece-files.ts';

describe('pieces of a dump that wait', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-pieces-'));
  });
  after(() => rm(folder, { recursive: true }));

  const frame = fc.record({
    bytes: fc.uint8Array({ maxLength: 300, size: 'max' }),
    at: fc.nat({ max: 2 ** 40 }),
    rows: fc.nat({ max: 2 ** 32 - 1 }),
  });

  it('come back statement by statement, from memory and from files, also where a statement is longer than the buffer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.array(frame, { maxLength: 20 }), fc.boolean()), { maxLength: 4 }),
        fc.integer({ min: 16, max: 2000 }), // at least what is kept with one statement
        async (pieces, memoryBytes) => {
          await using store = new PieceStore(folder, memoryBytes);
          for (const [frames, mayStay] of pieces) {
            let size = 0;
            for (const one of frames) {
              await store.add(one);
              size += one.bytes.length + 16;
            }
            const piece = await store.finish(mayStay);
            expect(piece.size).to.equal(size);
            expect(piece.memory === undefined, 'in a file').to.equal(size > 0 && (!mayStay || size > memoryBytes));
            const found: Frame[] = [];
            for await (const { bytes, at, rows } of framesOf(piece))
              found.push({ bytes: Uint8Array.from(bytes), at, rows });
            expect(found).to.deep.equal(frames);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leave no file in the folder, neither while they wait nor when they are given up', async () => {
    await using store = new PieceStore(folder, 10);
    await store.add({ bytes: Buffer.alloc(1000), at: 1, rows: 1 });
    expect(await readdir(folder)).to.deep.equal([]);
    const piece = await store.finish(true);
    expect(await readdir(folder)).to.deep.equal([]);
    await closePiece(piece);
    await store.add({ bytes: Buffer.alloc(1000), at: 1, rows: 1 });
  });
});
