import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type SadeResult, sade } from '../../testing/cli/sade.ts';
import { allPages, readPage, type ShellBlock, shellBlocksOf } from '../../testing/docs/pages.ts';

const ROOT = join(import.meta.dirname, '../..');
/** All pages with commands to run: those that explain, and the list of faults, only talk about commands. */
const PAGES = allPages()
  .map(({ path }) => path)
  .filter(path => !/^(?:docs\/(?:explanation|reference\/faults)|cli\/channel)\b/.test(path));

describe('the commands of the docs', () => {
  it("never run npx, which downloads a stranger's package of that name in any other folder", () => {
    const sources = [...PAGES, 'cli/main.ts', 'cli/program.ts', 'cli/sade', 'cli/sade.js'];
    const found = linesOf(sources).filter(
      ({ line }) => /\bnpx\b/.test(line) && !/Do not run `npx sade`|npx downloads/.test(line),
    );
    expect(found).to.deep.equal([]);
  });

  it('call sade by commands and options that it has', async function () {
    this.timeout(60_000);
    const called = linesOf(PAGES).flatMap(({ place, line }) => {
      const [, command, rest] = /(?:^|[;&`/] *)sade (\w+)([^`|;&#]*)/.exec(line) ?? [];
      return command === undefined ? [] : [{ place, command, options: rest!.match(/--[a-z-]+/g) ?? [] }];
    });
    expect(called.length).to.be.above(40);
    const helpOf = new Map<string, Promise<SadeResult>>();
    for (const { place, command, options } of called) {
      const asked = helpOf.get(command) ?? sade(['help', command]);
      helpOf.set(command, asked);
      const { code, stdout, stderr } = await asked;
      expect(code, `${place}: ${stderr}`).to.equal(0);
      for (const option of options) expect(stdout, place).to.match(new RegExp(`${option}\\b`));
    }
  });

  it('are many', () => expect(shellBlocks().length).to.be.above(60));

  for (const page of new Set(shellBlocks().map(block => block.page)))
    it(`can be read by bash, block by block, in ${page}`, () => {
      for (const { text } of shellBlocks().filter(block => block.page === page)) {
        const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
        expect({ text, status, stderr }).to.deep.equal({ text, status: 0, stderr: '' });
      }
    });

  it('stop at the first error where one of them drops, moves or removes something', () => {
    const destructive = shellBlocks().filter(
      ({ text }) =>
        /\bDROP (?:DATABASE|TABLE|TRIGGER)\b|\brm \S|\bmv \S|\bRENAME\b/.test(text) && text.split('\n').length > 2,
    );
    expect(destructive.length).to.be.above(5);
    for (const { page, text } of destructive) expect(text, page).to.match(/^\(\n {2}set -e/);
  });

  it('have every curl fail where the service answers with an error: else a script keeps an error for a backup', () => {
    const commands = linesOf(PAGES).filter(({ line }) => /(?:^|`)curl -|\| *curl /.test(line));
    expect(commands.length).to.be.above(20);
    const blind = commands.filter(({ line }) => !/curl (?:--fail\b|--fail-with-body|-f)/.test(line));
    // What stands within a sentence shows how a field is sent, and is no command.
    expect(blind.filter(({ line }) => line.startsWith('curl'))).to.deep.equal([]);
    for (const { place, line } of blind) expect(line, place).to.match(/`curl -F/);
  });
});

function shellBlocks(): readonly ShellBlock[] {
  return PAGES.map(readPage).flatMap(shellBlocksOf);
}

function linesOf(pages: readonly string[]): { place: string; line: string }[] {
  return pages.flatMap(page =>
    readFileSync(join(ROOT, page), 'utf8')
      .split('\n')
      .map((line, index) => ({ place: `${page}:${index + 1}`, line })),
  );
}
