import { expect } from 'chai';
import { databaseNameProblem } from './database-name.ts';

describe('database-name', () => {
  it('allows what MySQL allows', () => {
    for (const name of [
      'pt_xyz',
      'client-7',
      'with space',
      '.hidden',
      'a.b',
      'データ',
      'o\'clock "x" `y`',
      'a%2Fb',
      '-',
      '123',
    ])
      expect(databaseNameProblem(name), name).to.equal(undefined);
  });

  it('refuses what cannot be one segment of a URL and one folder', () => {
    for (const name of [
      '',
      '.',
      '..',
      '...',
      'a/b',
      'a\\b',
      'a\0',
      'a\nb',
      'a\u0085b',
      'a\u2028b',
      'a\u2029b',
      'graphql',
      'a ',
      '\ud800',
    ])
      expect(databaseNameProblem(name), JSON.stringify(name)).to.be.a('string');
  });

  it('counts characters and bytes', () => {
    expect(databaseNameProblem('x'.repeat(64))).to.equal(undefined);
    expect(databaseNameProblem('x'.repeat(65))).to.contain('64 characters');
    expect(databaseNameProblem('あ'.repeat(58))).to.equal(undefined);
    expect(databaseNameProblem('あ'.repeat(59))).to.contain('176 bytes');
  });
});
