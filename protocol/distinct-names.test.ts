import { expect } from 'chai';
import { distinctNames } from './distinct-names.ts';

describe('names that differ', () => {
  it('are shown as they are when they look different, or do not differ', () => {
    expect(distinctNames('shöp', 'shop')).to.deep.equal(['shöp', 'shop']);
    expect(distinctNames('shöp', 'shöp')).to.deep.equal(['shöp', 'shöp']);
  });

  it('are shown escaped when they look the same', () => {
    expect(distinctNames('sh\u00f6p', 'sho\u0308p')).to.deep.equal(['sh\\u{f6}p', 'sho\\u{308}p']);
    expect(distinctNames('shop', 'sh\u200bop')).to.deep.equal(['shop', 'sh\\u{200b}op']);
  });
});
