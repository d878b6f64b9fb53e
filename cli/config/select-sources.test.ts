import { expect } from 'chai';
import { ConfigurationError } from '../errors.ts';
import type { DatabaseSource } from './databases.ts';
import { chooseSources } from './select-sources.ts';

const LABELS = ['a', 'b', 'c d', 'x,y', '\u3000wide', ' blank', '-'];

describe('--only', () => {
  const chosen = (...only: string[]) => {
    const sources = LABELS.map(label => ({ label }) as DatabaseSource);
    return chooseSources(sources, { only, config: 'list.json' }).map(({ label }) => label);
  };

  it('names several labels with commas between, or by being given several times', () => {
    expect(chosen(' b, a,,c d ')).to.deep.equal(['a', 'b', 'c d']);
    expect(chosen('a', 'c d,b')).to.deep.equal(['a', 'b', 'c d']);
  });

  it('can name every label that the list may have, with any commas and blanks', () => {
    for (const label of LABELS) expect(chosen(label)).to.deep.equal([label]);
    expect(chosen('x,y', 'a')).to.deep.equal(['a', 'x,y']);
    expect(chosen('a,\u3000wide')).to.deep.equal(['a', '\u3000wide']);
  });

  it('names no label by a part of it', () => {
    for (const text of ['x', 'a,x', 'wide ,a'])
      expect(() => chosen(text)).to.throw(ConfigurationError, 'does not list');
  });
});
