import { expect } from 'chai';
import fc from 'fast-check';
import { TailBuffer } from './tail-buffer.ts';

describe('tail-buffer', () => {
  it('keeps that many bytes of the end, or all bytes, for any split into chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 12 })), fc.integer({ min: 1, max: 20 }), (pieces, count) => {
        const last = new TailBuffer(count);
        for (const piece of pieces) {
          last.add(piece);
          expect(last.view()).to.have.length.of.at.most(count);
        }
        expect([...last.view()]).to.deep.equal(pieces.flatMap(piece => [...piece]).slice(-count));
      }),
    );
  });

  it("keeps copies of the bytes, not the caller's buffer", () => {
    const last = new TailBuffer(4);
    const piece = Buffer.from('abc');
    last.add(piece);
    piece.fill('x');
    expect(String(last.view())).to.equal('abc');
  });
});
