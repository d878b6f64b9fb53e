import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import initWabt from 'wabt';
import { DumpLexer } from './lexer.ts';
import type { LexerEvents, RowsSoFar, Statement } from './lexer-events.ts';
import { BLOCK, type PlainRows, plainRows } from './plain-rows.ts';
import { WASM } from './plain-rows-wasm.ts';

const HEAD = 'INSERT INTO `t` VALUES ';

describe('plain rows', () => {
  it('are read by the program that plain-rows.wat is the source of', async () => {
    const wabt = await initWabt();
    const source = await readFile(join(import.meta.dirname, 'plain-rows.wat'), 'utf8');
    const program = wabt.parseWat('plain-rows.wat', source, { simd: true });
    program.validate();
    expect(WASM, 'WASM in plain-rows-wasm.ts').to.equal(Buffer.from(program.toBinary({}).buffer).toString('base64'));
  });

  it('are read by it on this machine', () => {
    const rows = `(1,'a'),(-2,NULL),${"(3,'it\\'s (one)')".padEnd(BLOCK)}`;
    const piece = new Uint8Array(Buffer.from(`${rows},(4,@a),(5)`.padEnd(3 * BLOCK)));
    const plain = plainRows()!;
    expect(plain.read(piece, 0, false, true)).to.equal(piece.indexOf(0x40)); // the `@`, which is for others
    expect(plain).to.include({ rows: 4, isInRow: true, isInString: false });
    expect(plain.lastRowAt).to.equal(piece.indexOf(0x40) - 3);
  });

  describe('of an array that is used again for other bytes', () => {
    const one = `(1),(2),(3),('${'x'.repeat(2 * BLOCK)}'),`;
    const other = `(1,2,3),('${'x'.repeat(2 * BLOCK)}'),  `;

    it('are not those that stood there before', () => {
      const plain = plainRows()!;
      const piece = new Uint8Array(Buffer.from(one));
      const rows = [one, other].map(text => {
        piece.set(Buffer.from(text));
        plain.forget();
        plain.read(piece, 0, false, true);
        return plain.rows;
      });
      expect(rows).to.deep.equal([4, 2]);
    });

    it('are counted anew, also by two readers that take turns', () => {
      const counts = [plainRows(), null].map(plain => {
        const lexers = [1, 2].map(() => new DumpLexer(SILENT, { plain }));
        for (const lexer of lexers) lexer.write(Buffer.from(HEAD));
        const piece = new Uint8Array(Buffer.from(one));
        return [one, other, other, one].map((text, turn) => {
          piece.set(Buffer.from(text));
          const lexer = lexers[turn % 2]!;
          lexer.write(piece);
          return lexer.rowsSoFar?.count;
        });
      });
      expect(counts[0]).to.deep.equal([4, 2, 6, 6]);
      expect(counts[0]).to.deep.equal(counts[1]);
    });
  });

  it('come to the same byte by byte, with anything between them and wherever the pieces are cut', () => {
    const filler = fc.nat(2 * BLOCK).map(length => 'x'.repeat(length));
    const odd = fc.constantFrom(
      ...["'", '"', '`', '\\', "\\'", '\\\\', '(', ')', '((', ',', ';', ';;', '\n', ' ', '\0', '-', '--', '-- ', '---'],
      ...[
        '#',
        '/',
        '/*',
        '*/',
        '/*!',
        '/*+ ',
        '*',
        '@',
        '$$',
        '$a$',
        'v',
        'VALUES',
        'nextval(`s`)',
        '+',
        '\\N',
        'é',
        '\x80',
      ],
    );
    const value = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom('1', '-5', 'NULL', "''", "'a'", "'it\\'s'", "'it''s'", "'\\\\'", '0xABCDEF'),
      },
      { weight: 3, arbitrary: filler.map(text => `'${text}'`) },
      { weight: 1, arbitrary: filler },
      { weight: 1, arbitrary: odd },
    );
    const row = fc.array(value, { minLength: 1, maxLength: 6 }).map(values => `(${values.join(',')})`);
    const rows = fc.array(row, { minLength: 1, maxLength: 20 }).map(rows => rows.join(',\n'));
    const statement = fc
      .tuple(
        fc.constantFrom(HEAD, 'REPLACE INTO `u` VALUES\n'),
        fc.array(fc.oneof({ weight: 3, arbitrary: rows }, odd)),
      )
      .map(([head, parts]) => `${head}${parts.join('')};\n`);
    const other = fc.constantFrom(
      'DELIMITER ;;\n',
      'DELIMITER ;\n',
      'DELIMITER a\n',
      'SET a=1;\n',
      '-- a\n',
      '/*!40000 b */;\n',
    );
    const dump = fc.array(fc.oneof({ weight: 3, arbitrary: statement }, other), { minLength: 1, maxLength: 6 });
    const modes = fc.record({
      escapesInSingle: fc.boolean(),
      quotesInDollars: fc.boolean(),
      flavour: fc.constantFrom('mariadb' as const, 'mysql' as const),
    });
    fc.assert(
      fc.property(dump, fc.array(fc.nat(4000), { maxLength: 4 }), modes, (parts, cuts, mode) => {
        const bytes = Buffer.from(parts.join(''), 'latin1');
        const [wanted, seen] = [readingOf(bytes, cuts, mode, null), readingOf(bytes, cuts, mode, plainRows())];
        expect(seen.events).to.deep.equal(wanted.events);
        // It may have read on to the end of a piece where the other waits for the bytes behind it.
        for (const [i, rows] of wanted.rowsSoFar.entries()) {
          const read = seen.rowsSoFar[i];
          expect(read?.firstAt).to.equal(rows?.firstAt);
          if (read?.count === rows?.count) expect(read?.lastAt).to.equal(rows?.lastAt);
          else expect(read!.count).to.be.greaterThan(rows!.count);
          if (rows?.hasMoreThanRows) expect(read!.hasMoreThanRows).to.equal(true);
        }
      }),
      { numRuns: 1500 },
    );
  });
});

const SILENT: LexerEvents = { comment: () => {}, statement: () => {}, repeatedInsert: () => {} };

type Modes = Pick<DumpLexer, 'escapesInSingle' | 'flavour'> & { readonly quotesInDollars: boolean };

/** All that a reader of the dump learns of it, and the rows at the end of each piece. */
function readingOf(bytes: Buffer, cuts: readonly number[], mode: Modes, plain: PlainRows | null) {
  const seen: unknown[] = [];
  const rowsSoFar: (RowsSoFar | undefined)[] = [];
  const events: LexerEvents = {
    comment: (text, at, isAtLineStart) => seen.push([Buffer.from(text).toString('latin1'), at, isAtLineStart]),
    statement: ({ head, text, delimiter, ...rest }: Statement) =>
      seen.push([...[head, text, delimiter].map(part => Buffer.from(part).toString('latin1')), { ...rest }]),
    repeatedInsert: (...rest) => seen.push(rest),
  };
  const lexer = Object.assign(new DumpLexer(events, { plain }), mode);
  let from = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    lexer.write(bytes.subarray(from, cut));
    rowsSoFar.push(lexer.rowsSoFar);
    seen.push(lexer.lastBegan);
    from = Math.min(cut, bytes.length);
  }
  seen.push(lexer.end());
  return { events: seen, rowsSoFar };
}
