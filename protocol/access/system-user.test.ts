import { expect } from 'chai';
import { systemUser } from './system-user.ts';

describe('the user of the system', () => {
  it('is named, and in a container that knows no name for its number the number is', () => {
    expect(systemUser(() => ({ username: 'siti' }))).to.equal('siti');
    const unnamed = systemUser(() => {
      throw new Error('ENOENT: uv_os_get_passwd');
    });
    expect(unnamed).to.equal(`uid ${process.getuid!()}`);
    expect(systemUser()).to.not.equal('');
  });
});
