import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { expect } from 'chai';
import { ed25519Login, sign } from './ed25519-login.ts';

describe('the login by ed25519', () => {
  // What MariaDB keeps of a password: select ed25519_password(…).
  const STORED = [
    ['secret', 'ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY'],
    ['a much longer password of more than thirty two bytes, ö 漢', 'uN8aCw/5AnAhjd8ckOIuGhGUTQ5aXMSZ9F1u2Yxfw44'],
  ] as const;

  for (const [password, stored] of STORED)
    it(`signs so that a server which keeps ${stored} lets it in`, () => {
      const x = stored.replaceAll('+', '-').replaceAll('/', '_');
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      for (let round = 0; round < 20; round++) {
        const message = randomBytes(32);
        const signature = sign(message, Buffer.from(password));
        expect(verify(null, message, key, signature)).to.equal(true);
        expect(verify(null, randomBytes(32), key, signature)).to.equal(false);
      }
    });

  it('signs the 32 bytes of the server without the null byte behind them', () => {
    const scramble = randomBytes(32);
    const answer = ed25519Login({ connection: { config: { password: 'secret' } } })(
      Buffer.concat([scramble, Buffer.alloc(1)]),
    );
    expect(answer).to.deep.equal(sign(scramble, Buffer.from('secret')));
  });

  it('answers nothing for a user without a password', () => {
    expect(ed25519Login({ connection: { config: {} } })(randomBytes(33))).to.have.length(0);
  });
});
