import { expect } from 'chai';
import { isToken, makeToken } from './token-text.ts';

const TOKEN = 'lmb_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

describe('the text of a token', () => {
  it('is made of 256 random bits, and is recognised as a token', () => {
    const tokens = Array.from({ length: 100 }, makeToken);
    expect(tokens.filter(token => !isToken(token))).to.deep.equal([]);
    expect(new Set(tokens)).to.have.length(100);
    expect(tokens[0]).to.match(/^lmb_[\w-]{43}[\dA-Za-z]{6}$/);
  });

  it('has a checksum that does not change: tokens that were given out stay valid', () =>
    expect(isToken(`${TOKEN}2U1iss`)).to.equal(true));

  it('is no token with one character changed, left out, doubled or swapped with the next one', () => {
    const token = makeToken();
    for (let at = 0; at < token.length; at++) {
      const [before, character, after] = [token.slice(0, at), token[at]!, token.slice(at + 1)];
      const changed = [
        `${before}${character === 'x' ? 'y' : 'x'}${after}`,
        `${before}${after}`,
        `${before}${character}${character}${after}`,
        ...(after && after[0] !== character ? [`${before}${after[0]}${character}${after.slice(1)}`] : []),
      ];
      expect(changed.filter(isToken), `at ${at}`).to.deep.equal([]);
    }
  });

  it('has nothing before or behind it', () => {
    const token = makeToken();
    for (const text of ['', ` ${token}`, `${token}\n`, `Bearer ${token}`, token.toLowerCase() + token])
      expect(isToken(text), JSON.stringify(text)).to.equal(false);
  });
});
