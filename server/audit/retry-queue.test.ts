import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { until } from '../../testing/until.ts';
import { RetryQueue } from './retry-queue.ts';

describe('a queue that tries again', () => {
  function queueOf({ most = 10, atOnce = 3 } = {}) {
    const delivered: string[][] = [];
    const failed: string[] = [];
    const state = { error: undefined as Error | undefined, recoveries: 0 };
    const queue = new RetryQueue<string>({
      ...{ most, atOnce, pauseMs: 5 },
      deliver: async items => {
        if (state.error) throw state.error;
        delivered.push([...items]);
      },
      onFailure: (_, items) => void failed.push(...items),
      onRecovery: () => {
        state.recoveries += 1;
      },
      lost: count => `lost ${count}`,
    });
    return { queue, delivered, failed, state };
  }

  it('delivers items that come in the same moment together, in their order and no more than allowed at once', async () => {
    const { queue, delivered } = queueOf();
    await Promise.all(['a', 'b', 'c', 'd'].map(item => queue.add(item)));
    expect(delivered).to.deep.equal([['a', 'b', 'c'], ['d']]);
  });

  it('delivers what is added in the moment in which all before it was delivered', async () => {
    const { queue, delivered } = queueOf();
    await queue.add('a');
    // The queue finds out that nothing waits any longer a few microtasks after that.
    for (const [microtasks, item] of ['b', 'c', 'd', 'e'].entries()) {
      for (let i = 0; i < microtasks; i++) await undefined;
      const isDelivered = queue.add(item).then(() => true);
      expect(await Promise.race([isDelivered, sleep(1_000, false)]), item).to.equal(true);
    }
    expect(delivered).to.deep.equal([['a'], ['b'], ['c'], ['d'], ['e']]);
  });

  it('delivers what comes alone at once, and what comes right after it together', async () => {
    const delivered: string[][] = [];
    const queue = new RetryQueue<string>({
      ...{ most: 10, atOnce: 5, gatherMs: 30, onFailure: () => {}, onRecovery: () => {}, lost: String },
      deliver: async items => void delivered.push([...items]),
    });
    await queue.add('a');
    const second = queue.add('b');
    await new Promise(resolve => setTimeout(resolve, 5));
    await Promise.all([second, queue.add('c')]);
    expect(delivered).to.deep.equal([['a'], ['b', 'c']]);
  });

  it('keeps what cannot be delivered, reports each item once, and delivers all of it later without being asked', async () => {
    const { queue, delivered, failed, state } = queueOf();
    state.error = new Error('the disk is full');
    await Promise.all(['a', 'b'].map(item => queue.add(item)));
    await queue.add('c');
    await queue.attempt();
    expect(queue.problem).to.equal(state.error);
    expect(failed).to.deep.equal(['a', 'b', 'c']);
    state.error = undefined;
    await until('all is delivered', () => queue.size === 0);
    expect(delivered).to.deep.equal([['a', 'b', 'c']]);
    expect(queue.problem).to.equal(undefined);
    expect(state.recoveries).to.equal(1);
  });

  it('holds no more than it may, and says in the same place how many it has lost', async () => {
    const { queue, delivered, failed, state } = queueOf({ most: 2 });
    state.error = new Error('away');
    for (const item of ['a', 'b', 'c', 'd', 'e']) await queue.add(item);
    expect(queue.size).to.equal(2);
    expect(failed).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    state.error = undefined;
    await queue.attempt();
    expect(delivered).to.deep.equal([['a', 'b'], ['lost 3']]);
  });

  it('gives what waits a last chance when it is stopped, and says how much is left', async () => {
    const { queue, delivered, state } = queueOf();
    state.error = new Error('away');
    await queue.add('a');
    expect(await queue.stop(1_000)).to.equal(1);
    state.error = undefined;
    expect(await queue.stop(1_000)).to.equal(0);
    expect(delivered).to.deep.equal([['a']]);
  });

  it('stops in time although a delivery hangs', async () => {
    const queue = new RetryQueue<string>({
      ...{ most: 10, atOnce: 1, deliver: () => new Promise(() => {}) },
      ...{ onFailure: () => {}, onRecovery: () => {}, lost: String },
    });
    void queue.add('a');
    expect(await queue.stop(20)).to.equal(1);
  });
});
