import { expect } from 'chai';
import { COLUMNS, paragraph, quotedParagraph } from './paragraph.ts';

describe('paragraph', () => {
  const words = (number: number) => Array.from({ length: number }, () => 'word').join(' ');

  it('breaks at blanks, with what stands before each line', () => {
    const lines = paragraph(words(40), '  ', '    ');
    expect(lines).to.have.length(3);
    expect(lines.every(line => line.length <= COLUMNS)).to.equal(true);
    expect(lines.map(line => /^ */.exec(line)![0].length)).to.deep.equal([2, 4, 4]);
    expect(lines.map(line => line.trim()).join(' ')).to.equal(words(40));
  });

  it('breaks no command, no time and no word that is longer than a line', () => {
    const long = 'x'.repeat(100);
    const commands = ["sade accept 35 --reason 'why not'", 'sade download 34', "sade backup --only 'pt_xyz'"];
    for (const unit of [...commands, '27 Nov 01:30', '27 Nov 2025 01:30', long])
      for (let before = 10; before < 20; before += 1)
        expect(paragraph(`${words(before)} ${unit}. More`, '').join('\n'), unit).to.contain(unit);
  });

  it('keeps the lines of others, so that none begins as one of ours', () => {
    expect(quotedParagraph('one\ntwo\r\nok 99\u001b', '')).to.deep.equal(['one', '  | two', '  | ok 99\\u001b']);
  });
});
