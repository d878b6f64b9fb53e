import { expect } from 'chai';
import fc from 'fast-check';
import { BoundaryPadding } from './boundary-padding.ts';

/** Feeds it in chunks that end at these places. */
function stripped(bytes: Buffer, cuts: readonly number[], boundary = 'b'): Buffer {
  const padding = new BoundaryPadding(boundary);
  const ends = [...cuts.filter(cut => cut < bytes.length), bytes.length].sort((a, b) => a - b);
  let start = 0;
  const out: Buffer[] = [];
  for (const end of ends) {
    out.push(...padding.strip(bytes.subarray(start, end)));
    start = end;
  }
  return Buffer.concat(out);
}

describe('the spaces after a boundary', () => {
  it('are removed, and no other spaces', () => {
    const form = '--b \t\r\nA: b \r\n\r\n  x \r\n--b\r\n\r\n --b y\r\n--b   \r\n\r\nz\r\n--b-- \r\n';
    const want = '--b\r\nA: b \r\n\r\n  x \r\n--b\r\n\r\n --b y\r\n--b\r\n\r\nz\r\n--b-- \r\n';
    expect(String(stripped(Buffer.from(form), []))).to.equal(want);
  });

  it('are removed also when chunks end within them', () => {
    const pieces = fc.constantFrom('\r', '\n', '\r\n', '--', '-', 'b', ' ', '\t', '\r\n--b', '\r\n--b ', 'x');
    const forms = fc.array(pieces, { maxLength: 25 }).map(parts => Buffer.from(parts.join('')));
    const cuts = fc.array(fc.nat(60), { maxLength: 8 });
    fc.assert(
      fc.property(forms, cuts, (form, cuts) => {
        const want = `\r\n${form}`.replace(/\r\n--b[ \t]+/g, '\r\n--b').slice(2);
        expect(String(stripped(form, cuts))).to.equal(want);
      }),
      { numRuns: 2_000 },
    );
  });
});
