import { expect } from 'chai';
import { replaceNames } from './replace-names.ts';

describe('the names of the databases beside one that is replaced', () => {
  it('are that of the database with a suffix', () => {
    expect(replaceNames('shop')).to.deep.equal({ staging: 'shop__lumbung_staging', old: 'shop__lumbung_old' });
  });

  it('have no more than 64 characters, and differ for databases that begin alike', () => {
    const [a, b] = ['a', 'b'].map(end => replaceNames('x'.repeat(63) + end)) as [
      ReturnType<typeof replaceNames>,
      ReturnType<typeof replaceNames>,
    ];
    for (const name of [a.staging, a.old, b.staging, b.old]) expect(name.length).to.equal(64);
    expect(new Set([a.staging, a.old, b.staging, b.old]).size).to.equal(4);
    expect(replaceNames('x'.repeat(47)).staging).to.equal(`${'x'.repeat(47)}__lumbung_staging`);
  });

  it('fit into the name of a folder, where each letter of another script takes five bytes', () => {
    const bytes = (name: string) => name.replaceAll('備', '@5099').length;
    const { staging, old } = replaceNames('備'.repeat(47));
    expect(bytes(`${'備'.repeat(47)}__lumbung_staging`)).to.equal(252);
    expect(bytes(staging)).to.be.lessThan(251);
    expect(old).to.equal(`${'備'.repeat(47)}__lumbung_old`);
  });
});
