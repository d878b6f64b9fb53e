import { expect } from 'chai';
import { findAllWords, findWords } from '../scripts/check-words.ts';
import { EXCEPTIONS, OLD_NAMES, PHRASES } from '../scripts/word-list.ts';

describe('the check of words', () => {
  it('finds no phrase to drop and no old name in the repository', () => expect(findAllWords()).to.deep.equal([]));

  for (const { pattern, write, example } of PHRASES)
    it(`finds /${pattern}/ in a sentence and says what to write instead`, () => {
      const found = findWords('docs/a.md', `A line.\n${example}\n`);
      expect(found).to.have.length(1);
      expect(found[0])
        .to.match(/^docs\/a\.md:2: "/)
        .and.contain(`: write ${write}`);
    });

  it('finds a phrase that the end of a line cuts in two', () => {
    const texts = [
      '/**\n * The mail tells\n * of it.\n */',
      "const text =\n  'it tells ' +\n  'of it';",
      '> tells\n> of',
    ];
    for (const text of texts) expect(findWords('cli/a.ts', text), text).to.have.length(1);
  });

  it('finds every old name as an exported identifier and as a file name', () => {
    for (const name of Object.keys(OLD_NAMES)) {
      const small = name[0]!.toLowerCase() + name.slice(1);
      const dashed = small.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
      expect(findWords('cli/a.ts', `\nexport class ${name} {}`), name).to.have.length(1);
      expect(findWords('cli/a.ts', `export async function ${small}() {}`), small).to.have.length(1);
      expect(findWords(`cli/${dashed}.test.ts`, ''), dashed).to.have.length(1);
    }
  });

  it('finds nothing in sentences and code that are fine', () => {
    const fine = [
      'The server may take long for its answer. It takes 2.7 times as long for 3 % more bytes. It took a while for this.',
      'if (count === none) return mistaken.for; // no one has accepted it: see the log',
      "import { feed } from 'elsewhere'; const refused = look();",
    ];
    for (const text of fine) expect(findWords('cli/a.ts', text), text).to.deep.equal([]);
  });

  it('knows no exception that nothing needs', () => {
    const paths = EXCEPTIONS.map(({ path, text }) => `${path} ${text}`);
    expect(paths).to.have.length(new Set(paths).size);
    for (const { why } of EXCEPTIONS) expect(why).not.to.equal('');
  });
});
