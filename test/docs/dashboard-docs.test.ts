import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { IDLE_MS, LONGEST_MS } from '../../server/web/sessions/sessions.ts';
import { MARK_WORDS } from '../../server/web/texts/mark-words.ts';
import { SHELL_TEXTS } from '../../server/web/texts/shell-texts.ts';
import { anchorsOf, ROOT, readPage } from '../../testing/docs/pages.ts';

const PICTURES = join(ROOT, 'docs/dashboard');

describe('the page of the docs about the dashboard', () => {
  const page = readPage('docs/dashboard.md');

  it('has every mark by its word, with what it means', () => {
    expect(rowsOf('The marks').map(([mark]) => mark)).to.deep.equal(Object.values(MARK_WORDS.en));
  });

  it('has every key with what it does, as the page itself shows them', () => {
    const { search, next, previous, open, help } = SHELL_TEXTS.en.keyList;
    const keys = [
      ['/', search],
      ['j', next],
      ['k', previous],
      ['Enter', open],
      ['?', help],
    ];
    expect(rowsOf('Keys')).to.deep.equal(keys.map(([key, does]) => [`\`${key}\``, does]));
  });

  it('says when a session ends', () => {
    const [hours, days] = [IDLE_MS / 3_600_000, LONGEST_MS / 86_400_000];
    expect(page.text).to.contain(`ends ${hours} hours after its last page, after ${days} days at most`);
  });

  it('begins with the three questions of its readers, each with where it is answered', () => {
    const [before] = page.text.split('\n## ');
    const questions = [...before!.matchAll(/^- \*\*[^*]+\?\*\*[^-]*?\]\(#([\w-]+)\)/gm)].map(([, anchor]) => anchor!);
    expect(questions).to.have.length(3);
    for (const anchor of questions) expect(anchorsOf(page)).to.include(anchor);
  });

  it('names every page of the navigation', () => {
    for (const name of Object.values(SHELL_TEXTS.en.pages))
      expect(page.text, name).to.match(new RegExp(`^(?:- \\*\\*|## (?:The )?)${name}`, 'im'));
  });

  it('shows a dozen pictures at most, none of more than 150 kB, and all that there are', () => {
    const shown = [...page.text.matchAll(/^!\[[^\]]{10,}\]\(dashboard\/([\w-]+\.png)\)$/gm)].map(([, name]) => name!);
    expect(shown.toSorted()).to.deep.equal(readdirSync(PICTURES).sort());
    expect(shown.length).to.be.within(1, 12);
    for (const name of shown) expect(statSync(join(PICTURES, name)).size, name).to.be.within(1_000, 150_000);
  });

  /** @returns the cells of the table behind a heading, without its head */
  function rowsOf(heading: string): string[][] {
    const section = page.text.split(new RegExp(`^#+ ${heading}$`, 'm'))[1]!.split(/^#/m)[0]!;
    const lines = section.split('\n').filter(line => line.startsWith('|'));
    return lines.slice(2).map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim())
        .slice(0, heading === 'Keys' ? 2 : 1),
    );
  }
});
