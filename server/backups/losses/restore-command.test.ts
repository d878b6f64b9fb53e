import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { restoreCommand, shellFlag, shellWord } from './restore-command.ts';

describe('a command of the service', () => {
  const NAMES = [
    ...[
      "o'clock",
      'a b',
      '$(id)',
      '`id`',
      '; id',
      'a|b',
      '!x',
      '~',
      '*',
      '#x',
      '-x',
      '--help',
      '=x',
      '{a,b}',
      '"',
      '&',
    ],
    ...['株式', '\u{1F4A3}', 'a\u202eb', 'a\u2066b', "it's\u200b'", 'x\u{E0041}y'],
  ];
  /** The arguments that a shell makes of some words. */
  const read = (words: string) => {
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    return execFileSync('bash', ['-c', `printf '%s\\0' ${words}`], { encoding: 'utf8', env })
      .split('\0')
      .slice(0, -1);
  };

  it('gives a shell each name as it is, and shows all of its characters', () => {
    const words = NAMES.map(shellWord);
    expect(read(words.join(' '))).to.deep.equal(NAMES);
    for (const word of words) expect(word).to.not.match(/[\p{C}]/u);
  });

  it('never has a name for a flag', () => {
    expect(shellFlag('--only', 'pt_xyz')).to.equal('--only pt_xyz');
    expect(read(shellFlag('--only', "-r'f"))).to.deep.equal(["--only=-r'f"]);
    expect(read(restoreCommand('-rf', 7))).to.deep.equal([
      'sade',
      'restore',
      '--into=-rf_restored',
      '--at',
      '7',
      '--',
      '-rf',
    ]);
  });
});
