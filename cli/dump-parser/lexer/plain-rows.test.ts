import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import initWabt from 'wabt';
import { bytesOf } from './bytes.ts';
import { DumpLexer } from './lexer.ts';
import type { LexerEvents, RowsSoFar, Statement } from './lexer-events.ts';
import { BLOCK, type PlainRows, plainRows, SHORT } from './plain-rows.ts';
import { WASM } from './plain-rows-wasm.ts';

const HEAD = 'INSERT INTO `t` VALUES ';
const USUAL = { escapesInSingle: true, quotesInDollars: false, flavour: 'mariadb' as const };

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

  describe('in statements that begin alike', () => {
    const beginning = bytesOf(`${HEAD}(`);
    /** How many of them are read, and the rows of each. */
    function rowsRead(piece: Uint8Array, end = piece.length): number[] {
      const plain = plainRows()!;
      return Array.from({ length: plain.statements(piece, 0, beginning, end, true) }, (_, i) => plain.rowsOf(i));
    }
    /** A statement of so many bytes. */
    const sized = (rows: string, bytes: number) => `${`${HEAD}${rows}`.padEnd(bytes - 1)};`;

    it('are read as long as they have nothing else in them', () => {
      const all = ['(1),(2)', "('it\\'s')", '(3),(@a)', '(4)'].map(rows => `${sized(rows, 3 * BLOCK)}\n`).join('');
      plainRows()!.forget();
      expect(rowsRead(bytesOf(all))).to.deep.equal([2, 1]);
      expect([0, 1].map(i => plainRows()!.endOf(i))).to.deep.equal([3 * BLOCK, 6 * BLOCK + 1]);
    });

    it('are read as long as they end outside of rows and strings', () => {
      for (const [rows, open] of [
        ['(1),(2', 'a row'],
        [`(1),('`, 'a string'],
      ] as const) {
        const bytes = beginning.length + 2 * BLOCK + 1; // the end of what is read at once
        plainRows()!.forget();
        expect(rowsRead(bytesOf(`${sized(rows, bytes)}\n${sized('(3)', bytes)}`), bytes), open).to.deep.equal([]);
      }
    });

    it('are read as long as their semicolon stands in front of the end', () => {
      const bytes = beginning.length + 2 * BLOCK + 1;
      const piece = bytesOf(sized('(1)', bytes));
      plainRows()!.forget();
      expect(rowsRead(piece, bytes)).to.deep.equal([1]);
      expect(rowsRead(piece, bytes - 1)).to.deep.equal([]);
    });

    it('are not those that stood there before, in an array that is used again', () => {
      const piece = new Uint8Array(8 * BLOCK);
      const rows = ['(1)', '(1),(2)'].map(rows => {
        piece.set(bytesOf(sized(rows, 4 * BLOCK)));
        plainRows()!.forget();
        return rowsRead(piece);
      });
      expect(rows).to.deep.equal([[1], [2]]);
    });
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

    it('are counted from zero, also by two readers that take turns', () => {
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
    const rows = fc.array(row, { minLength: 1, maxLength: 20 }).map(rows => rows.join(',\n'));
    const statement = fc
      .tuple(
        fc.constantFrom(HEAD, 'REPLACE INTO `u` VALUES\n'),
        fc.array(fc.oneof({ weight: 3, arbitrary: rows }, oddity)),
      )
      .map(([head, parts]) => `${head}${parts.join('')};\n`);
    const dump = fc.array(fc.oneof({ weight: 3, arbitrary: statement }, other), { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(dump, cuts, modes, expectTheSame), { numRuns: 1500 });
  });

  it('come to the same byte by byte in statements of a row each, with anything in them, between them and in front of them', () => {
    const heads = [
      HEAD,
      HEAD.trimEnd(),
      `${HEAD.trimEnd()}\n`,
      'INSERT t VALUES ',
      'insert a VALUES',
      'REPLACE`a`VALUES',
    ];
    const head = fc.oneof(
      fc.constantFrom(...heads),
      fc.integer({ min: 17, max: 50 }).map(length => 'INSERT INTO t VALUES'.padEnd(length)),
      fc.integer({ min: 4094, max: 4097 }).map(length => 'INSERT INTO t VALUES'.padEnd(length)),
    );
    const rows = fc.array(usualRow, { minLength: 1, maxLength: 3 }).map(rows => rows.join(','));
    const odd = fc.tuple(row, oddity, row).map(parts => parts.join(''));
    const inside = fc.oneof({ weight: 30, arbitrary: rows }, { weight: 1, arbitrary: odd });
    const statements = fc.tuple(head, head, usualEnding).chain(([head, other, usual]) => {
      const heads = fc.oneof({ weight: 20, arbitrary: fc.constant(head) }, fc.constant(other));
      const endings = fc.oneof({ weight: 30, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: ending });
      const all = fc.array(fc.tuple(heads, inside, endings), { minLength: 1, maxLength: 40 });
      return all.map(parts => parts.flat().join(''));
    });
    const dump = fc.array(fc.oneof({ weight: 3, arbitrary: statements }, other), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(dump, cuts, modes, expectTheSame), { numRuns: 700 });
  });

  it('come to the same byte by byte in more statements than are read at once, of any length', () => {
    const lengths = [1, 30, 200, SHORT - 100, SHORT, 3 * SHORT, 40_000, 5, 6];
    const dump = lengths.flatMap((length, table) =>
      Array.from({ length: Math.ceil(100_000 / (length + 30)) }, (_, row) => {
        const last = row % 97 === 96 ? ' , (@a)' : ',(2)'.repeat(row % 3);
        return `INSERT INTO \`table ${table}\` VALUES (${row},'${';'.repeat(length)}')${last};\n`;
      }),
    );
    expectTheSame(dump, [50_000, 333_333], USUAL);
    const { events } = readingOf(Buffer.from(dump.join('')), [], USUAL, plainRows());
    expect(events.filter(event => Array.isArray(event) && event.length === 4)).to.have.length.above(5000);
  });

  it('come to the same byte by byte in statements that stand where the client reads them otherwise', () => {
    const all = (head: string, rows: readonly string[], end: string) => rows.map(row => `${head}${row}${end}`);
    const rows = ['(1)', '(2)', '(3)', '(4*5)', '(6)'].map(row => row.padEnd(2 * BLOCK));
    const dumps = {
      'a comment that is code': ['/*!1 SET a=1;', ...all(HEAD, rows, ';'), '\n', ...all(HEAD, rows, ';\n')],
      'another delimiter': ['DELIMITER ;;\n', ...all(HEAD, rows, ';;\n'), ...all(HEAD, rows, ';\n'), ';;\n'],
      'a delimiter behind a comment': [
        ...all(HEAD, rows, ';\n'),
        '/* a */\n',
        ...all(HEAD, rows, ';\n'),
        'DELIMITER a\n',
      ],
      'a long list of columns': all(`INSERT INTO t (${'a,'.repeat(50_000)}b) VALUES `, rows, ';\n'),
      'two tables in turns': ['', ...all('', rows, '')].flatMap(row => [
        `${HEAD}(0)${row};\n`,
        `REPLACE u VALUES (0)${row};\n`,
      ]),
    };
    for (const [where, dump] of Object.entries(dumps))
      expect(() => expectTheSame([...dump, '-- Dump completed\n'], [], USUAL), where).not.to.throw();
  });
});

const filler = fc.nat(2 * BLOCK).map(length => 'x'.repeat(length));
const oddity = fc.constantFrom(
  ...`' " \` \\ \\' \\\\ ( ) (( , ; ;; - -- --- # / /* */ /*! * @ $$ $a$ v VALUES nextval(\`s\`) + \\N é \x80`.split(
    ' ',
  ),
  ...['\n', ' ', '\0', '-- ', '/*+ '],
);
/** What stands between two statements, beside `;` and a line's end. */
const ending = fc.constantFrom(
  ...['', ';', '; ', ';\r\n', ';\n\n', ' ;\n', ',;\n', ';\n ', ';;\n', ';#', ';-', '; -- a\n', ';-- a\n', ';\n-- a\n'],
  ...[';DELIMITER ;;\n', ';\n/*!1 ', ';/*!1 ;', ';/* a */\n', ';\n/* a */'],
);
const usualEnding = fc.oneof({ weight: 5, arbitrary: fc.constant(';\n') }, fc.constantFrom(';;\n', ';'));
const plainValue = fc.constantFrom('1', '-5', 'NULL', "''", "'a'", "'it\\'s'", "'it''s'", "'\\\\'", '0xABCDEF');
const longValue = filler.map(text => `'${text}'`);
const value = fc.oneof(
  { weight: 6, arbitrary: plainValue },
  { weight: 3, arbitrary: longValue },
  { weight: 1, arbitrary: filler },
  { weight: 1, arbitrary: oddity },
);
const rowOf = (value: fc.Arbitrary<string>) =>
  fc.array(value, { minLength: 1, maxLength: 6 }).map(values => `(${values.join(',')})`);
const row = rowOf(value);
const usualRow = rowOf(fc.oneof({ weight: 3, arbitrary: plainValue }, longValue));
const other = fc.constantFrom(
  ...['DELIMITER ;;\n', 'DELIMITER ;\n', 'DELIMITER a\n', 'SET a=1;\n', '-- a\n', '/*!40000 b */;\n', '/* a */\n'],
);
const cuts = fc.array(fc.nat(4000), { maxLength: 4 });
const modes = fc.record({
  escapesInSingle: fc.boolean(),
  quotesInDollars: fc.boolean(),
  flavour: fc.constantFrom('mariadb' as const, 'mysql' as const),
});

function expectTheSame(parts: readonly string[], cuts: readonly number[], mode: Modes): void {
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
}

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
  seen.push(lexer.end(), lexer.hasDoubtfulDelimiter);
  return { events: seen, rowsSoFar };
}
