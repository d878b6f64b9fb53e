import { expect } from 'chai';
import fc from 'fast-check';
import { closingQuote } from './quote.ts';

const QUOTE = 0x27;

describe('quote', () => {
  it('finds the closing quote as a look at each byte would', () => {
    const part = fc.constantFrom("'", '\\', '\\\\', "\\'", 'x', 'x'.repeat(63), 'x'.repeat(64), 'x'.repeat(200), '"');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.nat(40), fc.boolean(), (parts, from, escapes) => {
        const bytes = new Uint8Array(Buffer.from(parts.join('')));
        fc.pre(from <= bytes.length);
        expect(closingQuote(bytes, from, QUOTE, escapes)).to.equal(expected(bytes, from, escapes));
      }),
      { numRuns: 3000 },
    );
  });

  function expected(bytes: Uint8Array, from: number, escapes: boolean): number {
    for (let i = from; i < bytes.length; i++) {
      if (bytes[i] === QUOTE) return i;
      if (escapes && bytes[i] === 0x5c && ++i === bytes.length) return ~(bytes.length - 1);
    }
    return ~bytes.length;
  }
});
