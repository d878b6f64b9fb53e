import { expect } from 'chai';
import { manifestTurn } from './manifest-turns.ts';

describe('manifestTurn', () => {
  it('handles large manifests one at a time, also after one that fails, while small ones go ahead', async () => {
    const events: string[] = [];
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const large = (name: string, fails = false) =>
      manifestTurn(4_000_000, async () => {
        events.push(`${name} begins`);
        await gate;
        events.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const all = [large('a', true), large('b'), large('c')];
    await manifestTurn(100, () => events.push('small'));
    open();
    const results = await Promise.allSettled(all);
    expect(results.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled', 'fulfilled']);
    expect(events.filter(event => event !== 'small')).to.deep.equal(
      ['a', 'b', 'c'].flatMap(name => [`${name} begins`, `${name} ends`]),
    );
    expect(events.indexOf('small')).to.be.below(events.indexOf('a ends'));
  });
});
