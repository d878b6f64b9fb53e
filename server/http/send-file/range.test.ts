import { expect } from 'chai';
import fc from 'fast-check';
import { parseRange } from './range.ts';

describe('range', () => {
  it('reads a range, an open one and a suffix', () => {
    expect(parseRange('bytes=2-5', 10)).to.deep.equal({ start: 2, end: 5 });
    expect(parseRange('bytes=2-', 10)).to.deep.equal({ start: 2, end: 9 });
    expect(parseRange('bytes=-3', 10)).to.deep.equal({ start: 7, end: 9 });
    expect(parseRange('Bytes= 2-5 ', 10)).to.deep.equal({ start: 2, end: 5 });
  });

  it('cuts a range at the end of the file', () => {
    expect(parseRange('bytes=2-99', 10)).to.deep.equal({ start: 2, end: 9 });
    expect(parseRange('bytes=-99', 10)).to.deep.equal({ start: 0, end: 9 });
  });

  it('refuses a range that begins after the end', () => {
    for (const field of ['bytes=10-', 'bytes=10-20', 'bytes=-0'])
      expect(parseRange(field, 10)).to.equal('unsatisfiable');
  });

  it('ignores an invalid range', () => {
    for (const field of [
      '',
      'bytes',
      'bytes=',
      'bytes=-',
      'bytes=5-2',
      'bytes=0-1,3-4',
      'items=0-1',
      'bytes=0x1-2',
      'bytes=--1',
    ])
      expect(parseRange(field, 10), field).to.equal(undefined);
  });

  it('never leaves the file, for any Range header', () => {
    const numbers = fc.oneof(fc.nat(30), fc.constant(''), fc.maxSafeNat());
    fc.assert(
      fc.property(numbers, numbers, fc.integer({ min: 1, max: 20 }), (first, last, size) => {
        const range = parseRange(`bytes=${first}-${last}`, size);
        if (typeof range === 'object')
          expect(0 <= range.start && range.start <= range.end && range.end < size).to.equal(true);
      }),
    );
  });
});
