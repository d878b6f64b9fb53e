import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const ROOT = join(import.meta.dirname, '..');
const PAGES = ['README.md', 'docs/operations.md', 'docs/rest.md', 'docs/graphql.md'];

describe('the commands of the docs', () => {
  it("never run npx, which downloads a stranger's package of that name in any other folder", () => {
    const sources = [...PAGES, 'cli/main.ts', 'cli/sade', 'cli/sade.js'];
    const found = linesOf(sources).filter(
      ({ line }) => /\bnpx\b/.test(line) && !/Do not run `npx sade`|npx downloads/.test(line),
    );
    expect(found).to.deep.equal([]);
  });
});

function linesOf(pages: readonly string[]): { place: string; line: string }[] {
  return pages.flatMap(page =>
    readFileSync(join(ROOT, page), 'utf8')
      .split('\n')
      .map((line, index) => ({ place: `${page}:${index + 1}`, line })),
  );
}
