import { expect } from 'chai';
import fc from 'fast-check';
import { type ReadingRules, readAsServer } from '../server-reading/server-reading.ts';
import { bytesOf } from './bytes.ts';
import { DumpLexer } from './lexer.ts';

const DELIMITER = ';;';

/** Where a server's strings and comments end, and where a client's. */
const SIGNS = [
  ...["'", '"', '`', '\\', '/*', '*/', '/*!50003 ', '/*M!100100 ', '/*+ ', '#', '-- ', '--', '\n', '\r\n', ';', ';;'],
  ...['x', ' ', '*', '/', '$$', '$a$', 'é', '(', ')', 'BEGIN', 'END'],
];

const RULES = fc.record({
  flavour: fc.constantFrom('mysql' as const, 'mariadb' as const),
  escapes: fc.boolean(),
  ansiQuotes: fc.boolean(),
  quotesInDollars: fc.boolean(),
});

/** Where a backslash means something, and where not. */
const PLAIN = { flavour: 'mariadb', escapes: true, ansiQuotes: false, quotesInDollars: false } as const;
const EXAMPLES: [string, Required<Omit<ReadingRules, 'delimiter' | 'isShallow' | 'version'>>][] = [
  ['BEGIN `\\`', PLAIN],
  ['BEGIN "\\"', PLAIN],
  ['BEGIN "\\"', { ...PLAIN, ansiQuotes: true }],
  ["BEGIN '\\'", { ...PLAIN, escapes: false }],
];

/** @returns what the lexer makes of the text under another delimiter, given in chunks of a size */
function split(text: string, rules: { escapes: boolean } & Record<string, unknown>, size: number): string[] {
  const found: string[] = [];
  const lexer = new DumpLexer(
    {
      comment: () => {},
      repeatedInsert: () => {},
      statement: ({ text, isWhole }) => found.push(`${isWhole ? '' : 'open: '}${Buffer.from(text).toString('latin1')}`),
    },
    { programs: 'as the server' },
  );
  const { escapes, ...more } = rules;
  Object.assign(lexer, { escapesInSingle: escapes, escapesInDouble: escapes }, more);
  const bytes = bytesOf(`DELIMITER ${DELIMITER}\n${text}${DELIMITER}\nDELIMITER ;\n`);
  for (let at = 0; at < bytes.length; at += size) lexer.write(bytes.subarray(at, at + size));
  lexer.end();
  return found;
}

describe('a stored program in a dump', () => {
  const texts = fc.array(fc.constantFrom(...SIGNS), { maxLength: 24 }).map(parts => `BEGIN ${parts.join('')}`);

  it('ends at the first delimiter that the server reads outside of strings and comments', () => {
    let ended = 0;
    fc.assert(
      fc.property(texts, RULES, (text, rules) => {
        fc.pre(!/\/\*M?!/.test(text)); // to the server such a comment is one that has to be closed, too
        const [first] = split(text, rules, 1000);
        const whole = Buffer.from(`${text}${DELIMITER}\nDELIMITER ;\n`).toString('latin1');
        const expected = firstEnd(whole, rules);
        fc.pre(expected !== 'nonsense');
        expect(first?.trimEnd()).to.equal(expected ?? `open: ${whole.trimEnd()}`);
        if (expected !== undefined) ended++;
      }),
      { numRuns: 1000, examples: EXAMPLES },
    );
    expect(ended).to.be.greaterThan(200);
  });

  it('ends at the same place wherever the chunks of the dump are cut', () =>
    fc.assert(
      fc.property(texts, RULES, fc.integer({ min: 1, max: 40 }), (text, rules, size) => {
        expect(split(text, rules, size)).to.deep.equal(split(text, rules, 1000));
      }),
      { numRuns: 500 },
    ));
});

/** @returns what stands in front of the first delimiter at which the server is in no string and in no comment */
function firstEnd(code: string, rules: Omit<ReadingRules, 'delimiter'>): string | undefined {
  for (let at = code.indexOf(DELIMITER); at !== -1; at = code.indexOf(DELIMITER, at + 1)) {
    const { fault, tokens } = readAsServer(`${code.slice(0, at)}@`, { ...rules, delimiter: '\u0100' });
    if (fault === 'a comment that ends but never began') return 'nonsense';
    if (fault === undefined && tokens.at(-1)?.end === at + 1) return code.slice(0, at).trimEnd();
  }
  return undefined;
}
