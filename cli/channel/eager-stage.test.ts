import { setImmediate as tick } from 'node:timers/promises';
import { expect } from 'chai';
import { Channel } from './channel.ts';
import { eagerStage } from './eager-stage.ts';

describe('eager stage', () => {
  const values = (count: number) => Array.from({ length: count }, (_, at) => at);
  const all = async (from: AsyncIterable<number>) => {
    const results: number[] = [];
    for await (const result of from) results.push(result);
    return results;
  };
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await tick();
  };
  const sendAll = async (to: Channel<number>, count: number, sent: number[]) => {
    for (const value of values(count)) {
      await to.send(value);
      sent.push(value);
    }
    to.close();
  };

  it('receives all values while its work on the first one goes on', async () => {
    const [from, to] = [new Channel<number>(), new Channel<number>()];
    const { promise: first, resolve: end } = Promise.withResolvers<void>();
    const work = (value: number) => first.then(() => value * 2);
    const running = eagerStage({ from, to, work, mostUnsent: 2, signal: new AbortController().signal });
    const sent: number[] = [];
    await sendAll(from, 1000, sent);
    expect(sent.length).to.equal(1000);
    end();
    const results = await all(to);
    await running;
    expect(results.sort((a, b) => a - b)).to.deep.equal(values(1000).map(value => value * 2));
  });

  it('receives no more while so many results are not taken', async () => {
    const [from, to] = [new Channel<number>(), new Channel<number>()];
    const work = async (value: number) => value;
    const running = eagerStage({ from, to, work, mostUnsent: 3, signal: new AbortController().signal });
    const sent: number[] = [];
    const sending = sendAll(from, 10, sent);
    await settled();
    expect(sent.length).to.be.within(3, 5);
    expect((await all(to)).length).to.equal(10);
    await Promise.all([running, sending]);
  });

  it('ends with the first error of its work, and closes the outbound channel', async () => {
    const [from, to] = [new Channel<number>(), new Channel<number>()];
    const work = async (value: number) => {
      if (value === 1) throw new Error('of the second');
      return value;
    };
    const running = eagerStage({ from, to, work, mostUnsent: 1, signal: new AbortController().signal });
    const ended = running.catch(error => error);
    void sendAll(from, 3, []).catch(() => {});
    const results = await all(to);
    expect((await ended).message).to.equal('of the second');
    expect(results).to.deep.equal([0]);
  });

  it('ends when it is aborted, also while results are not taken', async () => {
    const [from, to] = [new Channel<number>(), new Channel<number>()];
    const stop = new AbortController();
    const running = eagerStage({ from, to, work: async value => value, mostUnsent: 1, signal: stop.signal });
    const ended = running.catch(error => error);
    void sendAll(from, 3, []).catch(() => {});
    await settled();
    stop.abort(new Error('enough'));
    expect((await ended).message).to.equal('enough');
  });
});
