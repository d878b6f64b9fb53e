import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { printableInLine } from './printable.ts';
import { shellWord } from './shell-word.ts';

describe('a name that is typed into a shell', () => {
  const read = (word: string) =>
    execFileSync('bash', ['-c', `printf %s ${word}`], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } });

  it('stands as it is where it can', () => {
    for (const name of ['pt_xyz', 'a.b-c', '/tmp/x.sql.zip', '2023']) expect(shellWord(name)).to.equal(name);
  });

  it('is read by the shell as that name, with any characters in it, and controls no terminal', () => {
    for (const name of [
      "o'clock",
      'a b',
      '$(id)',
      '`id`',
      '株式',
      'a\u202eb',
      "it's\u200b\\n'",
      '!x',
      '~',
      '*',
      '#x',
      '-x',
      '\\',
    ]) {
      expect(read(shellWord(name)), shellWord(name)).to.equal(name);
      expect(printableInLine(shellWord(name))).to.equal(shellWord(name));
    }
    fc.assert(
      fc.property(
        fc.string({ maxLength: 10 }).filter(text => !text.includes('\0')),
        name => {
          expect(printableInLine(shellWord(name))).to.equal(shellWord(name));
          expect(read(shellWord(name))).to.equal(name);
        },
      ),
      { numRuns: 50 },
    );
  });
});
