import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { formatReprDigest, parseReprDigest } from './digest.ts';

const digest = createHash('sha256').update('').digest();

describe('digest', () => {
  it('writes the field of RFC 9530', () =>
    expect(formatReprDigest(digest)).to.equal('sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'));

  it('reads it back, alone or among others', () => {
    expect(parseReprDigest(formatReprDigest(digest))).to.deep.equal(digest);
    expect(parseReprDigest(`sha-512=:AAAA:, ${formatReprDigest(digest)}`)).to.deep.equal(digest);
  });

  it('reads it with parameters or twice, but not with two different values', () => {
    const field = formatReprDigest(digest);
    const other = formatReprDigest(createHash('sha256').update('x').digest());
    expect(parseReprDigest(`${field};p=1`)).to.deep.equal(digest);
    expect(parseReprDigest(`${field}, ${field}`)).to.deep.equal(digest);
    for (const both of [`${field}, ${other}`, `${other}, ${field}`, `${field}, sha-256=:x:`])
      expect(parseReprDigest(both), both).to.equal(undefined);
  });

  it('accepts no other text as a digest', () => {
    for (const field of ['', 'sha-256=::', 'sha-256=47DEQ', 'sha-512=:AAAA:', 'sha-256=:47DEQpj8:'])
      expect(parseReprDigest(field)).to.equal(undefined);
  });
});
