import { expect } from 'chai';
import fc from 'fast-check';
import { csv } from './csv.ts';

/** Reads it as a spreadsheet does. */
function read(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (end === '' && quoted === undefined && plain === '' && rows.at(-1)!.length === 0) break;
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end === '\r\n') rows.push([]);
  }
  return rows.filter(row => row.length > 0);
}

describe('a file for a spreadsheet', () => {
  it('quotes what needs it, and keeps numbers and empty cells', () => {
    expect(
      csv([
        ['a', 1, null],
        ['x,"y"', -2, 'two\nlines'],
      ]),
    ).to.equal('a,1,\r\n"x,""y""",-2,"two\nlines"\r\n');
  });

  it('has no text that a spreadsheet would take as a formula', () => {
    for (const text of [
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\t=1',
      ' =cmd',
      '\r\n=1',
      '|x',
      '%x',
      '＝1',
      '\u200b=1',
      '\u0000=1',
    ])
      expect(read(csv([[text]]))[0]![0]).to.equal(`'${text}`);
    for (const text of ['web1', 'a=b', '2026-11-29', "'=1"]) expect(read(csv([[text]]))[0]![0]).to.equal(text);
  });

  it('can be read back with any texts, but for the quotes before formulas', () => {
    const unit = fc.constantFrom(...'",\r\n=+-@\'a; \t'.split(''));
    const cell = fc.string({ unit, minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 3 }), rows => {
        const back = read(csv(rows));
        expect(back.map(cells => cells.length)).to.deep.equal(rows.map(cells => cells.length));
        for (const [y, cells] of back.entries())
          for (const [x, text] of cells.entries()) {
            expect([rows[y]![x], `'${rows[y]![x]}`]).to.include(text);
            expect(text).to.not.match(/^[\s\p{C}]*[=+\-@]/u);
          }
      }),
    );
  });
});
