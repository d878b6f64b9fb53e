import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { allPages, type Page } from '../../testing/docs/pages.ts';

const ROOT = join(import.meta.dirname, '../..');
const OUTCOMES = ['failed', 'waits', 'incomplete', 'warned', 'healed', 'refused', 'damaged', 'answered'];

/** Such as `- **it is cut off** (failed): what is said. Shown by: test/faults/x.test.ts: title of the test`. */
const FAULT = /^\*\*(.+?)\*\* \((\w+)\): (.+) Shown by: (\S.+)$/;

/** Such as `- **the exit code**, against dumps that failed Red without it: test/faults/x.test.ts: title of the test`. */
const GUARD = /^\*\*(.+?)\*\*, against (.+) Red without it: (\S.+)$/;

describe('the pages of faults (docs/reference/faults)', () => {
  const items = allPages()
    .filter(({ path }) => path.startsWith('docs/reference/faults/'))
    .flatMap(itemsOf);
  const faults = rowsLike(items, FAULT);
  const guards = rowsLike(items, GUARD);

  it('have nothing but faults and guards in their lists', () => {
    for (const item of items) expect(FAULT.test(item) || GUARD.test(item), item).to.equal(true);
  });

  it('have at least 500 faults, each with what is said and a known outcome', () => {
    expect(faults).to.have.length.of.at.least(500);
    for (const [fault, outcome, says] of faults) {
      expect(fault).to.match(/\w/);
      expect(says, fault).to.match(/\w/);
      expect(outcome, fault).to.be.oneOf(OUTCOMES);
    }
    expect(new Set(faults.map(([fault]) => fault))).to.have.property('size', faults.length);
  });

  it('name for each fault a test that is there', () => {
    for (const [fault, , , shownBy] of faults) expectTest(shownBy, fault);
  });

  it('name for each guard a test that is there', () => {
    expect(guards).to.have.length.of.at.least(300);
    for (const [guard, against, redWithout] of guards) {
      expect(against, guard).to.match(/\w/);
      expectTest(redWithout, guard);
    }
  });
});

/** @returns the items of the lists of a page, each in one line, without those that only link to a heading */
function itemsOf(page: Page): string[] {
  const items = page.text.matchAll(/^- (?!\[)(.+(?:\n {2}.+)*)$/gm);
  return [...items].map(([, item]) => item!.replaceAll(/\n {2}/g, ' '));
}

function rowsLike(items: readonly string[], form: RegExp): string[][] {
  return items.flatMap(item => {
    const cells = form.exec(item)?.slice(1);
    return cells ? [cells] : [];
  });
}

/** @param named `file: title of the test` */
function expectTest(named: string | undefined, row: string | undefined): void {
  const [, file, title] = /^(\S+\.test\.ts): (.+)$/.exec(named ?? '') ?? [];
  expect(file, `the test of "${row}"`).to.be.a('string');
  expect(existsSync(join(ROOT, file!)), `${file}, which "${row}" names`).to.equal(true);
  const titles = titlesIn(readFileSync(join(ROOT, file!), 'utf8'));
  expect(
    titles.some(known => known.test(title!)),
    `${file} has a test "${title}", which "${row}" names`,
  ).to.equal(true);
}

/** @returns the titles of the tests in a source file; where a title has a placeholder, anything may stand */
function titlesIn(source: string): RegExp[] {
  const titles = [...source.matchAll(/^\s*it(?:Once)?\(\s*(['"`])(.+?)\1,/gm)].map(([, , title]) => title!);
  return titles.map(
    title =>
      new RegExp(
        `^${title
          .split(/\$\{.+?\}/)
          .map(literally)
          .join('.+')}$`,
      ),
  );
}

function literally(text: string): string {
  return text.replace(/[\^$.*+?()[\]{}|]/g, '\\$&');
}
