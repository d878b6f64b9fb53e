import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { atMost } from './at-most.ts';

describe('atMost', () => {
  it('lets so many run at a time, in the order in which they came, and goes on behind one that fails', async () => {
    const inTurn = atMost(3);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const task = (number: number) => async () => {
      begun.push(number);
      running += 1;
      most = Math.max(most, running);
      await sleep(number % 3);
      running -= 1;
      if (number % 5 === 0) throw new Error(`${number}`);
      return number;
    };
    const numbers = Array.from({ length: 20 }, (_, number) => number);
    const results = await Promise.allSettled(numbers.map(number => inTurn(task(number))));
    expect(most).to.equal(3);
    expect(begun).to.deep.equal(numbers);
    expect(results.filter(({ status }) => status === 'rejected')).to.have.length(4);
    expect(await inTurn(task(1))).to.equal(1);
  });
});
