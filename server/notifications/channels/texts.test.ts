import { expect } from 'chai';
import fc from 'fast-check';
import { cut } from '../../../protocol/texts/cut.ts';
import { bodyOf, bytes, oneLine, titleOf } from './texts.ts';

describe('Texts of notifications', () => {
  it('have no line breaks, controls or marks that turn the writing within a line', () => {
    expect(oneLine('a\r\nBcc: x\u2028b\u0000\u202e c ')).to.equal('a Bcc: x b  c');
  });

  it('are cut between characters, never within one', () => {
    expect(cut('🐈🐈🐈', 4)).to.equal('🐈…');
    expect(cut('abc', 3)).to.equal('abc');
  });

  it('keep whole lines from the first, and count the others', () => {
    const lines = ['first', 'second', 'third one'];
    expect(bodyOf({ lines }, { limit: 100 })).to.equal('first\nsecond\nthird one');
    expect(bodyOf({ lines }, { limit: 21 })).to.equal('first\n… 2 more lines');
  });

  it('do not say the title twice where it stands above them, unless it is cut there', () => {
    expect(bodyOf({ title: 'all well', lines: ['all well.', '', 'more'] }, { limit: 100 })).to.equal('more');
    expect(bodyOf({ title: 'one', lines: ['one'] }, { limit: 100 })).to.equal('');
    expect(bodyOf({ title: 'one (and 1 more)', lines: ['one', 'two'] }, { limit: 100 })).to.equal('one\ntwo');
    const long = 'x'.repeat(201);
    expect(bodyOf({ title: long, lines: [long] }, { limit: 300 })).to.equal(long);
  });

  it('fit into each limit, in each measure, in each format', () => {
    const limits = fc.integer({ min: 40, max: 5_000 });
    const formats = fc.constantFrom(
      (line: string) => line,
      (line: string) => line.replaceAll('&', '&amp;'),
    );
    const measures = fc.constantFrom(bytes, (text: string) => text.length);
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' })),
        limits,
        measures,
        formats,
        (lines, limit, measure, format) => {
          const body = bodyOf({ lines }, { limit, measure, format });
          expect(measure(body)).to.be.at.most(limit);
          expect(body.split('\n').length).to.be.at.most(Math.max(lines.length, 1));
          expect(titleOf({ title: lines.join('\n') }, limit)).to.not.match(/[\r\n]/);
        },
      ),
      { numRuns: 25 },
    );
  });
});
