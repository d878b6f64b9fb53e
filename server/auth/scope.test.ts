import { expect } from 'chai';
import { covers, EVERYTHING, isEverything, scopeProblem } from './scope.ts';

describe('the scope of a token', () => {
  it('covers the databases that it names, and those whose names begin as its patterns do', () => {
    const scope = ['pt_xyz', 'acme_*'];
    for (const name of ['pt_xyz', 'acme_', 'acme_shop', 'acme_ö']) expect(covers(scope, name), name).to.equal(true);
    for (const name of ['pt_xyz2', 'pt_xy', 'PT_XYZ', 'acme', 'Acme_shop', 'xacme_shop', '*', ''])
      expect(covers(scope, name), name).to.equal(false);
  });

  it('treats the characters of SQL patterns and of regular expressions as themselves', () => {
    expect(covers(['a_b*'], 'axbc')).to.equal(false);
    expect(covers(['a%*'], 'abc')).to.equal(false);
    expect(covers(['a.b*'], 'axb')).to.equal(false);
  });

  it('covers everything with the pattern * alone, and nothing when it is empty', () => {
    expect(covers(EVERYTHING, 'pt_xyz')).to.equal(true);
    expect(covers([], 'pt_xyz')).to.equal(false);
    expect([isEverything(['a', '*']), isEverything(['a*']), isEverything([])]).to.deep.equal([true, false, false]);
  });

  it('is refused when an entry can cover no database, or has a * before its end', () => {
    for (const fine of [['*'], ['pt_xyz'], ['a*', 'b'], ['my shop *'], ['graphql*']])
      expect(scopeProblem(fine), String(fine)).to.equal(undefined);
    const refused = {
      'is empty': [],
      'not its last character': ['a*b'],
      'has the entry "**"': ['**'],
      'which is empty': ['pt_xyz', ''],
      'contains a slash': ['a/*'],
      'ends with a space': ['a '],
      'is reserved': ['graphql'],
      'control character': ['a\n*'],
      'at most 100': Array.from({ length: 101 }, (_, at) => `db${at}`),
    };
    for (const [why, entries] of Object.entries(refused)) expect(scopeProblem(entries), why).to.include(why);
  });
});
