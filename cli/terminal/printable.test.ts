import { expect } from 'chai';
import { printable, printableBlock, printableInLine, printableJson } from './printable.ts';

/** One of each kind that a terminal obeys or a reader does not see. */
const DECEPTIVE = [
  '\u001b',
  '\u0007',
  '\b',
  '\u007f',
  '\u009b',
  '\u00ad',
  '\u200b',
  '\u200d',
  '\u200e',
  '\u202e',
  '\u2066',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\ufe0f',
  '\u3164',
  '\u{e0041}',
  '\ud800',
];

describe('printable', () => {
  it('writes all characters that a terminal obeys or a reader does not see as escapes, in all forms', () => {
    for (const character of DECEPTIVE) {
      const name = `pt${character}xyz`;
      for (const shown of [printable(name), printableInLine(name), printableBlock(name, ' '), printableJson(name)])
        expect(shown).to.match(/^"?pt(?:\\u[\da-f]{4}|\\b)+xyz"?$/);
    }
  });

  it('leaves the letters, signs and blanks of all languages as they are', () => {
    const text = 'Łódź, 中文, العربية, ไทย, emoji 🚀, a\u00a0b, 100 % — “ok”';
    for (const shown of [printable(text), printableInLine(text), printableBlock(text, ' ')])
      expect(shown).to.equal(text);
  });

  it('keeps the line ends and tabs of a text of ours', () => expect(printable('a\n\tb\r')).to.equal('a\n\tb\\r'));

  it('lets no value end the line it stands in', () =>
    expect(printableInLine('evil\r\nok     pt_abc\t1 table')).to.equal('evil\\r\\nok     pt_abc\\t1 table'));

  it("marks each further line of what a server said, so that none passes for one of sade's", () =>
    expect(printableBlock('went wrong\r\nok     pt_abc\n  what to do: nothing\n\n', '    ')).to.equal(
      'went wrong\n    | ok     pt_abc\n    |   what to do: nothing',
    ));

  it('writes JSON that is the same value when it is parsed', () => {
    const value = { [`key${DECEPTIVE.slice(0, -1).join('')}`]: [...DECEPTIVE, 'a\nb\tc', 1, null] };
    expect(JSON.parse(printableJson(value))).to.deep.equal(value);
    expect(printableJson(value)).not.to.match(/[^\P{C}\n]/u);
  });
});
