import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect } from 'chai';
import { allPages, anchorsOf, type Page, proseOf, ROOT, readPage } from '../../testing/docs/pages.ts';

describe('the links of the docs', () => {
  const links = allPages().flatMap(linksOf);

  it('are found', () => expect(links.length).to.be.above(60));

  it('lead to files and headings that exist', () => {
    const broken = links.filter(link => !leadsSomewhere(link)).map(({ place, target }) => `${place}: ${target}`);
    expect(broken).to.deep.equal([]);
  });
});

interface Link {
  readonly page: Page;
  /** Such as `docs/install.md:17`. */
  readonly place: string;
  readonly target: string;
}

/** @returns the links of a page to other pages and files of the repository */
function linksOf(page: Page): Link[] {
  return proseOf(page).flatMap((line, index) =>
    [...line.replaceAll(/`[^`]*`/g, code => code.replaceAll(/[[\]()]/g, '_')).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => ({ page, place: `${page.path}:${index + 1}`, target: target! }))
      .filter(({ target }) => !/^[a-z]+:/.test(target)),
  );
}

function leadsSomewhere({ page, target }: Link): boolean {
  const [path, anchor] = target.split('#') as [string, string?];
  const file = path === '' ? page.path : normalize(join(dirname(page.path), path));
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === undefined || anchorsOf(readPage(file)).has(anchor);
}
