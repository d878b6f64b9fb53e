import { expect } from 'chai';
import { toExpectedError } from '../../errors/expected-error.ts';
import { WriteTurns } from './write-turns.ts';

describe('turns to write', () => {
  it('are given one after the other, in the order of the requests', async () => {
    const turns = new WriteTurns();
    const order: number[] = [];
    let running = 0;
    const write = async (at: number) => {
      const end = await turns.take();
      expect(++running).to.equal(1);
      await new Promise(setImmediate);
      order.push(at);
      running--;
      end();
      end();
    };
    await Promise.all([0, 1, 2, 3].map(write));
    expect(order).to.deep.equal([0, 1, 2, 3]);
  });

  it('are cancelled after a timeout, and later ones are still given', async () => {
    const turns = new WriteTurns(20);
    const end = await turns.take();
    const [first, second] = await Promise.allSettled([turns.take(), turns.take()]);
    for (const { status, reason } of [first, second] as PromiseRejectedResult[]) {
      expect(status).to.equal('rejected');
      expect(toExpectedError(reason)).to.include({ status: 503, code: 'HISTORY_UNAVAILABLE' });
    }
    const third = turns.take();
    end();
    (await third)();
    (await turns.take())();
  });
});
