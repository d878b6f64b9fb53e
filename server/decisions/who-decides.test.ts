import { userInfo } from 'node:os';
import process from 'node:process';
import { expect } from 'chai';
import { callingUser, userDecides, whoDecides } from './who-decides.ts';

describe('who decides', () => {
  it('is named in one form: the token, or the user of the machine', () => {
    expect(whoDecides({ token: 'ani' })).to.equal('token ani');
    expect(whoDecides({ token: undefined })).to.equal('anyone');
    expect(userDecides()).to.equal(`user ${userInfo().username}`);
    process.env.LUMBUNG_CALLED_BY = 'budi';
    try {
      expect([callingUser(), userDecides()]).to.deep.equal(['budi', 'user budi']);
    } finally {
      delete process.env.LUMBUNG_CALLED_BY;
    }
  });
});
