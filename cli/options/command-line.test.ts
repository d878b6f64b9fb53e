import { expect } from 'chai';
import { commandLine, reachedBy } from './command-line.ts';

describe('a command that sade proposes', () => {
  it('reaches the service as the one before did, by the options that were typed', () => {
    const typed = { server: 'https://h', 'token-file': '/etc/my token', 'ca-file': 'ca.pem', 'allow-plain-http': true };
    expect(commandLine('show', 3, { server: reachedBy({ ...typed, json: true }) })).to.equal(
      "sade show 3 --server https://h --token-file '/etc/my token' --ca-file ca.pem --allow-plain-http",
    );
    expect(commandLine('show', 3, { server: reachedBy({ json: true }) })).to.equal('sade show 3');
    expect(commandLine('show', 3, { server: reachedBy({ server: ['http://a', 'http://b'] }) })).to.equal(
      'sade show 3 --server http://b',
    );
  });

  it('has a value behind "=" that begins as an option does', () =>
    expect(commandLine('history', 'pt_xyz', { server: reachedBy({ 'token-file': '-odd' }) })).to.equal(
      "sade history pt_xyz '--token-file=-odd'",
    ));
});
