import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { restoreCommand } from './restore-command.ts';

describe('the command of the service that restores a backup', () => {
  /** The arguments that a shell makes of some words. */
  const read = (words: string) =>
    execFileSync('sh', ['-c', `printf '%s\\0' ${words}`], { encoding: 'utf8' })
      .split('\0')
      .slice(0, -1);

  it('never has a name for a flag', () =>
    expect(read(restoreCommand('-rf', 7))).to.deep.equal([
      ...['sade', 'restore', '--into=-rf_restored', '--at', '7', '--', '-rf'],
    ]));

  it('has each name as it is', () =>
    expect(read(restoreCommand("a b'$(id)\u202e", 7, true))).to.deep.equal([
      ...['sade', 'restore', "a b'$(id)\u202e", '--into', "a b'$(id)\u202e_restored", '--force', '--at', '7'],
    ]));
});
