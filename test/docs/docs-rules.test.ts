import { expect } from 'chai';
import { allPages, type Page, proseOf, readPage } from '../../testing/docs/pages.ts';

const LONGEST_LINE = 120;
const LONGEST_README = 149;
const LONGEST_WITHOUT_CONTENTS = 100;

describe('the pages of the docs', () => {
  const pages = allPages();

  it(`have no line of more than ${LONGEST_LINE} characters, but for what a program prints`, () => {
    const long = pages.flatMap(page =>
      withoutOutput(page).flatMap((line, index) =>
        [...line].length > LONGEST_LINE ? [`${page.path}:${index + 1}`] : [],
      ),
    );
    expect(long).to.deep.equal([]);
  });

  it(`begin with a README of at most ${LONGEST_README} lines`, () => {
    expect(linesIn(readPage('README.md'))).to.be.at.most(LONGEST_README);
  });

  it(`have their contents at the top where they have more than ${LONGEST_WITHOUT_CONTENTS} lines`, () => {
    const bare = pages.filter(page => linesIn(page) > LONGEST_WITHOUT_CONTENTS && !hasContents(page));
    expect(bare.map(({ path }) => path)).to.deep.equal([]);
  });

  it('are all in the list of pages', () => {
    const listed = readPage('docs/README.md').text;
    const missing = pages
      .map(({ path }) => path)
      .filter(path => path.startsWith('docs/'))
      .map(path => path.replace(/^docs\//, ''))
      .filter(path => path.includes('/') && !/^(?:reference\/faults|explanation\/decisions)\//.test(path))
      .filter(path => !listed.includes(`](${path}`));
    expect(missing).to.deep.equal([]);
  });
});

function linesIn({ text }: Page): number {
  return text.trimEnd().split('\n').length;
}

/** @returns the lines of a page; those of blocks of plain text are empty: they show what a program prints, as it is */
function withoutOutput({ text }: Page): readonly string[] {
  return text.replaceAll(/^```text\n.*?^```$/gms, output => output.replaceAll(/[^\n]/g, '')).split('\n');
}

/** Whether every section of the second level is linked before the first one. The README is short enough to be read. */
function hasContents(page: Page): boolean {
  if (page.path === 'README.md') return true;
  const lines = proseOf(page);
  const first = lines.findIndex(line => line.startsWith('## '));
  const links =
    lines
      .slice(0, first)
      .join('\n')
      .match(/\]\(#[^)]+\)/g) ?? [];
  return links.length >= Math.min(2, lines.filter(line => line.startsWith('## ')).length);
}
