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
  const settled = () => new Promise(resolve => setImmediate(resolve));

  it('does it once more for all who came while it ran, and for no one what was begun before they asked', async () => {
    const shared = new SharedWork<number>();
    const { work, ends, finish } = counted();
    const first = shared.run('a', work);
    const others = [shared.run('a', work), shared.run('a', work)];
    expect(ends).to.have.length(1);
    finish(0);
    expect(await first).to.equal(0);
    await settled();
    expect(ends).to.have.length(2);
    const later = shared.run('a', work);
    finish(1);
    expect(await Promise.all(others)).to.deep.equal([1, 1]);
    await settled();
    finish(2);
    expect(await later).to.equal(2);
  });

  it('begins at once when no one has asked for the same, or what was asked is over', async () => {
    const shared = new SharedWork<number>();
    const { work, ends, finish } = counted();
    void shared.run('a', work);
    void shared.run('b', work);
    expect(ends).to.have.length(2);
    finish(0);
    await settled();
    void shared.run('a', work);
    expect(ends).to.have.length(3);
  });

  it('fails for those who have asked for it, and is done again for those who came meanwhile', async () => {
    const shared = new SharedWork<number>();
    const { work, ends, finish } = counted();
    const first = shared.run('a', work).catch(error => error.message);
    const second = shared.run('a', work);
    ends[0]!.reject(new Error('lost'));
    expect(await first).to.equal('lost');
    await settled();
    finish(1);
    expect(await second).to.equal(1);
  });
});
