import { expect } from 'chai';
import { scopeCovers } from './scope-names.ts';

describe('the scope of a token', () => {
  it('covers the databases that it names, and those that begin as its patterns do', () => {
    const scope = ['pt_xyz', 'acme_*'];
    const covered = ['pt_xyz', 'pt_xyz2', 'PT_XYZ', 'acme_', 'acme_shop', 'acme', 'xacme_shop', 'acme_*'];
    expect(covered.filter(name => scopeCovers(scope, name))).to.deep.equal(['pt_xyz', 'acme_', 'acme_shop', 'acme_*']);
  });

  it('covers everything as *, and nothing when it is empty', () => {
    expect(scopeCovers(['*'], 'pt_xyz')).to.equal(true);
    expect(scopeCovers([], 'pt_xyz')).to.equal(false);
  });
});
