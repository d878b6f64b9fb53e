import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const ROOT = join(import.meta.dirname, '../..');
const OUTCOMES = ['failed', 'waits', 'incomplete', 'warned', 'healed', 'refused', 'damaged', 'answered'];

describe('the table of faults (docs/reference/faults.md)', () => {
  const text = readFileSync(join(ROOT, 'docs/reference/faults.md'), 'utf8');
  const [faults, guards] = [rowsUnder(text, 'what goes wrong'), rowsUnder(text, 'guard')];

  it('has at least 35 faults, each with what is said and a known outcome', () => {
    expect(faults).to.have.length.of.at.least(35);
    for (const [fault, says, outcome] of faults) {
      expect(fault).to.match(/\w/);
      expect(says, fault).to.match(/\w/);
      expect(outcome, fault).to.be.oneOf(OUTCOMES);
    }
    expect(new Set(faults.map(([fault]) => fault))).to.have.property('size', faults.length);
  });

  it('names for each fault a test that is there', () => {
    for (const [fault, , , shownBy] of faults) expectTest(shownBy, fault);
  });

  it('names for each guard a test that is there', () => {
    expect(guards).to.have.length.of.at.least(20);
    for (const [guard, against, redWithout] of guards) {
      expect(against, guard).to.match(/\w/);
      expectTest(redWithout, guard);
    }
  });
});

/** @returns the cells of each row of all tables whose first column has that head */
function rowsUnder(text: string, head: string): string[][] {
  const tables = text.split(/\n{2,}/).filter(block => block.startsWith(`| ${head} |`));
  expect(tables, `tables with the column "${head}"`).to.have.length.of.at.least(1);
  return tables.flatMap(table => table.trim().split('\n').slice(2)).map(line => line.slice(2, -2).split(' | '));
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
  const titles = [...source.matchAll(/^\s*it\(\s*(['"`])(.+?)\1,/gm)].map(([, , title]) => title!);
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
