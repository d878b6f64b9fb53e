import { setImmediate as nextTick } from 'node:timers/promises';
import { expect } from 'chai';
import { FairTurns } from './fair-turns.ts';

/** A piece of work for each byte, each of which takes a turn of the event loop. */
const work = (turns: FairTurns, size: number, onEnd: () => void, onPiece = () => {}) =>
  turns.run(size, async turn => {
    for (let done = 0; done < size; done++) {
      await nextTick();
      onPiece();
      await turn.used(1);
    }
    onEnd();
  });

describe('FairTurns', () => {
  it('runs a small task before any number of large ones that came first', async () => {
    const turns = new FairTurns({ places: 2, slice: 5, maxBegun: 10 });
    const ended: string[] = [];
    let pieces = 0;
    const large = Array.from({ length: 30 }, (_, at) =>
      work(
        turns,
        1000,
        () => ended.push(`large ${at}`),
        () => pieces++,
      ),
    );
    while (pieces < 100) await nextTick();
    const before = pieces;
    await work(turns, 3, () => ended.push('small'));
    expect(ended).to.deep.equal(['small']);
    // Both places may have been at the beginning of a slice, and go on while the small one works.
    expect(pieces - before).to.be.below(40);
    await Promise.all(large);
    expect(ended).to.have.length(31);
  });

  it('gives a place for one step, first to the task that has done least, and takes it back', async () => {
    const turns = new FairTurns({ places: 1, slice: 5, maxBegun: 2 });
    const order: string[] = [];
    const step = async (name: string, done: number) => {
      using _ = await turns.place(done);
      order.push(`${name} begins`);
      await nextTick();
      order.push(`${name} ends`);
    };
    await Promise.all([step('first', 9), step('much', 8), step('little', 1)]);
    const steps = ['first', 'little', 'much'].flatMap(name => [`${name} begins`, `${name} ends`]);
    expect(order).to.deep.equal(steps);
    await step('again', 0);
    expect(order.at(-1)).to.equal('again ends');
  });

  it('lets a large task finish although small ones never end', async () => {
    const turns = new FairTurns({ places: 1, slice: 5, maxBegun: 2 });
    let isLargeDone = false;
    let small = 0;
    const large = work(turns, 50, () => (isLargeDone = true));
    const flood = async () => {
      while (!isLargeDone && small < 10_000) {
        await work(turns, 1, () => small++);
      }
    };
    await Promise.all([large, flood(), flood(), flood()]);
    expect(small).to.be.within(10, 1000);
  });

  it('never runs more tasks or large tasks than its limits, also after tasks that fail', async () => {
    const turns = new FairTurns({ places: 3, slice: 2, maxBegun: 4 });
    let [running, most, begun, mostBegun] = [0, 0, 0, 0];
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, number) =>
        turns.run(10, async turn => {
          mostBegun = Math.max(mostBegun, ++begun);
          running += 1;
          for (let done = 0; done < 10; done++) {
            most = Math.max(most, running);
            await nextTick();
            running -= 1;
            await turn.used(1);
            running += 1;
            if (number % 5 === 0 && done === 4) {
              running -= 1;
              begun -= 1;
              throw new Error(`${number}`);
            }
          }
          running -= 1;
          begun -= 1;
          return number;
        }),
      ),
    );
    expect(most).to.be.at.most(3);
    expect(mostBegun).to.equal(4);
    expect(results.filter(({ status }) => status === 'rejected')).to.have.length(8);
    expect(await turns.run(1, async () => 'free')).to.equal('free');
    expect([running, begun]).to.deep.equal([0, 0]);
  });
});
