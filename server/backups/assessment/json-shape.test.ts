import { expect } from 'chai';
import fc from 'fast-check';
import { manifestWith } from '../../../testing/zips/sample-manifest.ts';
import { shapeProblem } from './json-shape.ts';

describe('shapeProblem', () => {
  it('accepts the largest manifest, with any characters in its texts', async () => {
    const name = (at: number) => ({ name: `t${at}`, rows: 1, bytes: 2 });
    const manifest = manifestWith({ file_name: '"[[[{{{:\\"' });
    manifest.inventory.tables = Array.from({ length: 100_000 }, (_, at) => name(at));
    manifest.inventory.views = Array.from({ length: 50 }, () => '[{"\\'.repeat(100));
    expect(await shapeProblem(JSON.stringify(manifest))).to.equal(undefined);
    expect(await shapeProblem(JSON.stringify(manifest, null, 2))).to.equal(undefined);
  });

  it('refuses JSON that is nested too deeply, or has too many keys or lists', async () => {
    expect(await shapeProblem(`${'['.repeat(32)}${']'.repeat(32)}`)).to.equal(undefined);
    expect(await shapeProblem('['.repeat(33))).to.contain('nested more than 32');
    expect(await shapeProblem(`{"a":${'{"a":'.repeat(40)}`)).to.contain('nested more than 32');
    const keys = (count: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 1])));
    expect(await shapeProblem(`[${keys(1000)},${keys(1000)}]`)).to.equal(undefined);
    expect(await shapeProblem(`[${keys(1001)}]`)).to.contain('more than 1000 keys');
    expect(await shapeProblem(`[${Array(199_999).fill('{}')}]`)).to.equal(undefined);
    expect(await shapeProblem(`[${Array(200_000).fill('{}')}]`)).to.contain('more than 200000');
  });

  it('does not confuse brackets within texts with brackets outside', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 5 }), fc.integer({ min: 0, max: 40 }), async (json, depth) => {
        const nested = `${'['.repeat(depth)}${json}${']'.repeat(depth)}`;
        const deepest = (value: unknown): number =>
          typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(deepest)) : 0;
        const isTooDeep = deepest(JSON.parse(nested)) > 32;
        expect((await shapeProblem(nested)) !== undefined).to.equal(isTooDeep);
      }),
    );
  });
});
