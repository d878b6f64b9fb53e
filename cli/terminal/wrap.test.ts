import { expect } from 'chai';
import { widthOf } from './cut.ts';
import { nextCommands } from './next-commands.ts';
import { wrap, wrapLines } from './wrap.ts';

describe('a sentence that is broken into lines', () => {
  const ADVICE =
    "    what to do: Check the database. Backup 34 still has it: sade download 34. If it was removed on purpose: sade accept 35 --reason 'why'";

  it('is no wider than the terminal, but for a word that is', () => {
    for (let width = 40; width < 150; width++)
      for (const line of wrap(ADVICE, width, '      ').split('\n')) expect(widthOf(line)).to.be.at.most(width);
    expect(wrap(`a ${'x'.repeat(50)} b`, 40, '  ')).to.equal(`a\n  ${'x'.repeat(50)}\n  b`);
  });

  it('keeps a command of ours on one line, so that it can be copied', () => {
    for (let width = 40; width < 150; width++) {
      const lines = wrap(ADVICE, width, '      ').split('\n');
      for (const command of ['sade download 34.', "sade accept 35 --reason 'why'"])
        expect(
          lines.some(line => line.includes(command)),
          `${width}: ${lines.join('\n')}`,
        ).to.equal(true);
    }
  });

  it('keeps a statement for the server, and a command of the shell, on one line', () => {
    const copied = [
      'GRANT EXECUTE ON FUNCTION `a`.`b` TO `lumbung`@`localhost`;',
      'SHOW CREATE VIEW `a`.`v`;',
      "chmod 600 '/etc/a list.json' && sade doctor",
      'chmod 600 databases.json && sade doctor',
      "sudo lumbung token create --name NAME --role upload --scope 'NAMES'.",
      'sudo install -d -o lumbung /media/disk',
    ];
    for (const each of copied)
      for (let width = 40; width < 150; width++) {
        const lines = wrap(`    what to do: Look first, ${each} and then look once more at all of it.`, width, '  ');
        expect(
          lines.split('\n').some(line => line.includes(each)),
          lines,
        ).to.equal(true);
      }
  });

  it('leaves no arrow alone on a line, also before a statement that is longer than a line', () => {
    const grant = 'GRANT EXECUTE ON FUNCTION `cv_sumber_rejeki`.`dua` TO `lumbung`@`localhost`;';
    expect(wrap(`    -> ${grant} Then look again.`, 60, '       ').split('\n')).to.deep.equal([
      `    -> ${grant}`,
      '       Then look again.',
    ]);
  });

  it('has its quotes at the beginning of each line, and no broken example', () => {
    const text =
      'it said this:\n      | one two three four five six seven eight nine ten\n  [ { "db_password": "a long password of several words" } ]';
    expect(wrapLines(text, 40, '    ').split('\n')).to.deep.equal([
      'it said this:',
      '      | one two three four five six',
      '      | seven eight nine ten',
      '  [ { "db_password": "a long password of several words" } ]',
    ]);
  });

  it('is not broken where there is no terminal', () => {
    expect(wrap(ADVICE, undefined, '      ')).to.equal(ADVICE);
  });
});

describe('the next commands', () => {
  const commands = [
    ['sade show 13', 'why klinik_sehat_001 is DAMAGED'],
    ["sade history 'a b'", 'all backups\u001b[2J of\na b'],
  ] as const;

  it('stand one on a line, each with its purpose as a comment of the shell', () => {
    expect(nextCommands(commands, undefined)).to.equal(
      [
        'next:',
        '  sade show 13        # why klinik_sehat_001 is DAMAGED',
        "  sade history 'a b'  # all backups\\u001b[2J of\\na b",
        '',
      ].join('\n'),
    );
  });

  it('have their purposes above where the terminal is narrow, and are never cut', () => {
    expect(nextCommands(commands, 40).split('\n').slice(0, 4)).to.deep.equal([
      'next:',
      '  # why klinik_sehat_001 is DAMAGED',
      '  sade show 13',
      '  # all backups\\u001b[2J of\\na b',
    ]);
    const long = 'why it is not complete: none of these 30 backups of klinik_sehat is';
    expect(
      nextCommands([['sade show 13', long]], 60)
        .split('\n')
        .slice(1, 4),
    ).to.deep.equal([
      '  # why it is not complete: none of these 30 backups of',
      '  # klinik_sehat is',
      '  sade show 13',
    ]);
    expect(nextCommands([[`sade history ${'x'.repeat(60)}`, 'y']], 40)).to.contain('x'.repeat(60));
  });
});
