import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { shellCommand, shellFlag, shellOnly, shellWord } from './shell-word.ts';

describe('a name that is typed into a shell', () => {
  const NAMES = [
    ...[
      "o'clock",
      "'",
      "it's\u200b'",
      'a b',
      'a  b',
      ' a',
      '',
      '"',
      '`id`',
      '$(id)',
      '$HOME',
      '$1',
      '; id',
      'a|b',
      '&',
    ],
    ...[
      '!x',
      'a\u00a0!x',
      '~',
      '*',
      '[a]',
      '?',
      '#x',
      '-x',
      '--help',
      '=x',
      '=ls',
      'a=b',
      '{a,b}',
      '(',
      '\\',
      '\\\\n',
      '%s',
    ],
    ...[
      '100%\u200b',
      '\\1\u200b',
      '"$(id)`id`\u200b',
      '株式',
      'ünï',
      'u\u0308n',
      '\u{1F4A3}',
      'a\u202eb',
      'a\u2066b',
      'a\u200fb',
    ],
    ...['x\u{E0041}y', 'a\u115fb', 'a\u3000b', 'a\nb', 'a\n', '\t', '\u001b[31m', '\u2028'],
  ];
  /** The words that a shell makes of some text. */
  const read = (shell: string, words: string, locale: string) =>
    execFileSync(shell, [...(shell === 'bash' ? ['--norc'] : []), '-c', `printf '%s\\0' ${words}`], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: locale },
    })
      .split('\0')
      .slice(0, -1);

  it('stands as it is where it can', () => {
    for (const name of ['pt_xyz', 'a.b-c', '/tmp/x.sql.zip', '2023']) expect(shellWord(name)).to.equal(name);
  });

  it('is read by sh and bash as that name, in any locale, and shows all of its characters', () => {
    const words = NAMES.map(shellWord);
    for (const locale of ['C', 'C.UTF-8']) expect(read('bash', words.join(' '), locale), locale).to.deep.equal(NAMES);
    // What only bash knows is written for a name with the end of a line at its end; no database has one.
    const ofSh = NAMES.filter(name => !name.endsWith('\n'));
    expect(read('sh', ofSh.map(shellWord).join(' '), 'C')).to.deep.equal(ofSh);
    for (const word of words) expect(word).to.not.match(/[\p{C}\p{Zl}\p{Zp}]| {2}|(?! )\p{Zs}/u);
  });

  it('is read as that name, with any characters in it', () =>
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 10 })), given => {
        const names = given.map(name => name.toWellFormed().replaceAll('\0', ''));
        expect(read('bash', names.map(shellWord).join(' ') || "''", 'C')).to.deep.equal(
          names.length > 0 ? names : [''],
        );
      }),
      { numRuns: 50 },
    ));

  it('is never an option', () => {
    expect(shellFlag('--only', 'pt_xyz')).to.equal('--only pt_xyz');
    expect(read('sh', shellFlag('--only', "-r'f"), 'C')).to.deep.equal(["--only=-r'f"]);
    expect(shellCommand('sade history', 'pt_xyz', ['--limit 3'])).to.equal('sade history pt_xyz --limit 3');
    expect(shellCommand('sade history', '-x', ['--limit 3'])).to.equal("sade history --limit 3 -- '-x'");
  });

  it('is one of several of --only, also with a comma in it', () => {
    expect(shellOnly(['pt_xyz', 'b c'])).to.equal("--only 'pt_xyz,b c'");
    expect(shellOnly(['-x', 'b'])).to.equal("'--only=-x,b'");
    expect(shellOnly(['a,b', '-c'])).to.equal("--only a,b '--only=-c'");
  });
});
