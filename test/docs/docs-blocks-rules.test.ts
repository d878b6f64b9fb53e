import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { allPages, ROOT, shellBlocksOf } from '../../testing/docs/pages.ts';

describe('the shell blocks of the docs', () => {
  const blocks = allPages().flatMap(shellBlocksOf);

  it('are found, each with its marker in the line above', () => {
    const fences = allPages().flatMap(({ text }) => text.match(/^ *```(?:sh|bash|shell|console)\b/gm) ?? []);
    expect(blocks).to.have.length(fences.length).and.have.length.above(60);
  });

  it('are run by a test, or say why not', () => {
    const silent = blocks.filter(({ runBy, notRun }) => (runBy.length === 0) === (notRun === undefined));
    expect(silent.map(({ page, line }) => `${page}:${line}`)).to.deep.equal([]);
    for (const { page, line, notRun } of blocks)
      if (notRun !== undefined) expect(notRun, `${page}:${line}`).to.match(/\w+ \w+/);
  });

  it('name tests that run the blocks that name them', () => {
    for (const test of new Set(blocks.flatMap(({ runBy }) => runBy))) {
      expect(existsSync(join(ROOT, test)), test).to.equal(true);
      expect(readFileSync(join(ROOT, test), 'utf8'), test).to.contain(`blocksRunBy('${test}')`);
    }
  });
});
