import { expect } from 'chai';
import { begin, cut } from './cut.ts';

describe('a text that is cut', () => {
  it('is no longer than it may be, and ends with an ellipsis', () => {
    expect([cut('abc', 3), cut('abcd', 3), cut('abcd', 1), cut('', 5)]).to.deep.equal(['abc', 'ab…', '…', '']);
    expect([begin('abcd', 3), begin('ab', 3), begin('abc', 0)]).to.deep.equal(['abc', 'ab', '']);
  });

  it('has no half of a character, and is well-formed', () => {
    expect(cut('ab\u{1f408}d', 4)).to.equal('ab…');
    expect(cut('a\u{1f408}cd', 4)).to.equal('a\u{1f408}…');
    expect(begin('ab\u{1f408}', 3)).to.equal('ab');
    expect(begin('a\ud800b', 2)).to.equal('a\ufffd');
  });
});
