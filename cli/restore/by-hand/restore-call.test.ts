import { expect } from 'chai';
import { RestoreCall } from './restore-call.ts';

describe('a call of sade restore that is proposed again', () => {
  const typed = { _: [], at: '34', tables: ['a,b', '--c'], replace: true, yes: true, y: true, 'without-events': true };

  it('has what was typed, but asks', () => {
    expect(new RestoreCall('pt_xyz', typed).again()).to.equal(
      "sade restore pt_xyz --at 34 --replace --tables a,b '--tables=--c' --no-events",
    );
  });

  it('does not ask only where that is wanted', () => {
    expect(new RestoreCall('pt_xyz', { _: [], replace: true }).again({ yes: true, at: '34' })).to.equal(
      'sade restore pt_xyz --at 34 --replace --yes',
    );
  });

  it('has what is to be different', () => {
    expect(new RestoreCall('-x', typed).again({ replace: undefined, into: 'a b', tables: undefined })).to.equal(
      "sade restore --at 34 --into 'a b' --no-events -- '-x'",
    );
  });
});
