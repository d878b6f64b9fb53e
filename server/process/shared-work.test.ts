import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { SharedWork } from './shared-work.ts';

describe('SharedWork', () => {
  /** Work that ends when the test lets it, and answers with how often it was begun. */
  function counted() {
    const ends: Array<PromiseWithResolvers<number>> = [];
    const work = () => {
      ends.push(Promise.withResolvers<number>());
      return ends.at(-1)!.promise;
    };
    return { work, ends, finish: (at: number) => ends[at]!.resolve(at) };
  }
  const begun = async (ends: readonly unknown[], count: number) => {
    while (ends.length < count) await sleep(1);
    await sleep(5);
    expect(ends).to.have.length(count);
  };

  it('does it once more for all who came while it ran, and for no one what was begun before they asked', async () => {
    const shared = new SharedWork<number>();
    const { work, ends, finish } = counted();
    const first = shared.run('a', work);
    await begun(ends, 1);
    const others = [shared.run('a', work), shared.run('a', work)];
    await begun(ends, 1);
    finish(0);
    expect(await first).to.equal(0);
    await begun(ends, 2);
    const later = shared.run('a', work);
    finish(1);
    expect(await Promise.all(others)).to.deep.equal([1, 1]);
    await begun(ends, 3);
    finish(2);
    expect(await later).to.equal(2);
  });

  it('does it once for all who ask at the same moment', async () => {
    const shared = new SharedWork<number>();
    const { work, ends, finish } = counted();
    const all = [shared.run('a', work)];
    setImmediate(() => all.push(shared.run('a', work)));
    await begun(ends, 1);
    finish(0);
    expect(all).to.have.length(2);
    expect(await Promise.all(all)).to.deep.equal([0, 0]);
    await sleep(5);
    expect(ends).to.have.length(1);
  });

  it('shares nothing between different questions, and keeps nothing of what is over', async () => {
    const shared = new SharedWork<number>();
    const { work, ends, finish } = counted();
    const first = shared.run('a', work);
    void shared.run('b', work);
    await begun(ends, 2);
    finish(0);
    await first;
    void shared.run('a', work);
    await begun(ends, 3);
  });

  it('fails for those who have asked for it, and is done again for those who came meanwhile', async () => {
    const shared = new SharedWork<number>();
    const { work, ends, finish } = counted();
    const first = shared.run('a', work).catch(error => error.message);
    await begun(ends, 1);
    const second = shared.run('a', work);
    ends[0]!.reject(new Error('lost'));
    expect(await first).to.equal('lost');
    await begun(ends, 2);
    finish(1);
    expect(await second).to.equal(1);
  });
});
