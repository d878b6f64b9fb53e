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

  it('takes nothing else for a digest', () => {
    for (const field of ['', 'sha-256=::', 'sha-256=47DEQ', 'sha-512=:AAAA:', 'sha-256=:47DEQpj8:'])
      expect(parseReprDigest(field)).to.equal(undefined);
  });
});
