import { expect } from 'chai';
import fc from 'fast-check';
import { fittedTable } from './columns.ts';
import { cutMiddle, widthOf } from './cut.ts';
import { table } from './table.ts';

const LONG = 'perusahaan_dagang_sumber_rejeki_makmur_sejahtera_abadi_cabang_07';
const WIDE = '株式会社さくら商事_販売管理システム_本番環境_東京支店';

describe('a text that is cut in its middle', () => {
  it('keeps its beginning and its end, which tell names apart', () => {
    expect(cutMiddle('klinik_sehat_034', 16)).to.equal('klinik_sehat_034');
    expect(cutMiddle('klinik_sehat_034', 11)).to.equal('klini…t_034');
    expect(cutMiddle(LONG, 20)).to.equal('perusahaan…cabang_07');
  });

  it('counts Chinese characters and emoji as the two columns that they take', () => {
    expect(cutMiddle(WIDE, 20)).to.equal('株式会社さ…_東京支店');
    expect(cutMiddle('🦊🦊🦊🦊🦊', 7)).to.equal('🦊…🦊🦊');
  });

  it('is never wider than it may be, and cuts no letter in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.integer({ min: 1, max: 50 }), (text, width) => {
        const cut = cutMiddle(text, width);
        expect(widthOf(cut)).to.be.at.most(Math.max(width, 1));
        expect(cut.isWellFormed()).to.equal(true);
        if (widthOf(text) <= width) expect(cut).to.equal(text);
      }),
    );
  });
});

describe('a table that fits the terminal', () => {
  const columns = [
    { head: 'database', cells: ['shop', LONG, WIDE], rank: 0, least: 12 },
    { head: 'state', cells: ['complete', 'INCOMPLETE', 'complete'], rank: 0 },
    { head: 'size', cells: ['1.0 MiB', '12.0 MiB', '3 B'], rank: 1, align: 'right' as const },
    { head: 'rows', cells: ['1', '2', '3'], rank: 2, align: 'right' as const },
  ];

  it('has all columns and all names where there is room, and where there is no terminal', () => {
    for (const width of [200, undefined]) {
      const drawn = fittedTable(columns, width);
      for (const text of ['database', 'state', 'size', 'rows', LONG, WIDE]) expect(drawn).to.contain(text);
    }
  });

  it('loses the least important columns first, and cuts names before it loses more than it must', () => {
    expect(fittedTable(columns, 66)).to.contain('rows').and.contain('…');
    expect(fittedTable(columns, 50)).to.contain('size').and.not.contain('rows');
    expect(fittedTable(columns, 42).split('\n')[0]).to.match(/^database +state$/);
  });

  it('has no line that is wider than the terminal', () => {
    for (let width = 30; width < 120; width++)
      for (const line of fittedTable(columns, width).split('\n'))
        expect(widthOf(line), `${width}: ${line}`).to.be.at.most(width);
  });

  it('cleans a cell before it gives it a colour, and cuts it so that its escapes count', () => {
    const paint = (shown: string) => `<${shown}>`;
    const drawn = fittedTable([{ head: 'state', cells: ['a\u001b[31mb\nc'], rank: 0, paint }], 80);
    expect(drawn.split('\n')).to.deep.equal(['state', '<a\\u001b[31mb\\nc>']);
    const cut = fittedTable([{ head: 'n', cells: ['\u001b'.repeat(20)], rank: 0, least: 12 }], 40);
    for (const line of cut.split('\n')) expect(widthOf(line)).to.be.at.most(40);
  });

  it('lets no cell end its line or control the terminal', () => {
    expect(table(['a', 'b'], [['x\u001b[2J\ny', 1]])).to.equal('a              b\nx\\u001b[2J\\ny  1');
  });

  it('of 50,000 rows is drawn at once', () => {
    const cells = Array.from({ length: 50_000 }, (_, row) => `table_${row}`);
    const began = performance.now();
    const drawn = fittedTable(
      [
        { head: 'table', cells, rank: 0, least: 12 },
        { head: 'rows', cells, rank: 1 },
      ],
      100,
    );
    expect(drawn.split('\n')).to.have.length(50_001);
    expect(performance.now() - began).to.be.lessThan(10_000);
  });
});
