import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { Channel } from './channel.ts';
import { Group } from './group.ts';
import { stage } from './stage.ts';
import { listenersOn, randomFrom, rejection, stateOf } from './testing.ts';

describe('stage', () => {
  it('sends what it makes of each inbound value, then closes its outbound channel', async () => {
    const [from, to] = [source([1, 2, 3]), new Channel<string>(3)];
    await stage({ from, to, work: value => `${value}!` });
    expect(to.closed).to.equal(true);
    expect(await drain(to)).to.deep.equal(['1!', '2!', '3!']);
  });

  it('is a sink without an outbound channel', async () => {
    const seen: number[] = [];
    await stage({ from: source([1, 2, 3]), work: value => seen.push(value) });
    expect(seen).to.deep.equal([1, 2, 3]);
  });

  it('has the compiler check what flows where', async () => {
    const [from, to] = [source([1]), new Channel<string>(1)];
    // @ts-expect-error The outbound channel is one of strings.
    await stage({ from, to, work: value => value + 1 });
    // @ts-expect-error The inbound channel is one of numbers.
    await stage({ from, to: new Channel<string>(), work: (value: string) => value });
  });

  it('works on as many values at a time as it has workers', async () => {
    for (const workers of [1, 3]) {
      let [atWork, most] = [0, 0];
      const work = async () => {
        most = Math.max(most, ++atWork);
        await setImmediate();
        atWork--;
      };
      await stage({ from: source([...Array(10).keys()]), work, workers });
      expect(most).to.equal(workers);
    }
  });

  it('refuses an invalid number of workers and names it', async () => {
    for (const workers of [0, -1, 1.5, Number.NaN]) {
      const to = new Channel<number>();
      const error = await rejection(stage({ from: source([1]), to, work: value => value, workers }));
      expect(error).to.be.instanceOf(RangeError).with.property('message').that.contains(`${workers} workers`);
      expect(to.closed).to.equal(true);
    }
  });

  it('throws the error of its work after all workers have ended, then only is its outbound channel closed', async () => {
    const [from, to] = [source([1, 2]), new Channel<number>()];
    const [error, cleanup] = [new Error('bad'), Promise.withResolvers<void>()];
    const work = async (value: number, { signal }: { signal: AbortSignal }) => {
      if (value === 2) throw error;
      while (!signal.aborted) await setImmediate();
      await cleanup.promise;
      return value;
    };
    const failure = rejection(stage({ from, to, work, workers: 2 }));
    expect(await stateOf(failure)).to.equal('pending');
    expect(to.closed).to.equal(false);
    cleanup.resolve();
    expect(await failure).to.equal(error);
    expect(await to.receive(), 'the other result was dropped').to.deep.equal({ done: true, value: undefined });
  });

  it('stops on its signal, wherever its workers are, and leaves no listener there', async () => {
    const wheres = {
      receiving: { from: new Channel<number>(), work: (value: number) => value },
      working: {
        from: source([1]),
        work: (_: number, options: { signal: AbortSignal }) => new Channel<number>().receive(options),
      },
      sending: { from: source([1]), work: (value: number) => value },
    };
    for (const [where, { from, work }] of Object.entries(wheres)) {
      const controller = new AbortController();
      const to = new Channel<unknown>();
      const failure = rejection(stage({ from, to, work, workers: 2, signal: controller.signal }));
      expect(await stateOf(failure), where).to.equal('pending');
      controller.abort('no');
      expect(await failure, where).to.equal('no');
      expect(to.closed, where).to.equal(true);
      expect(listenersOn(controller.signal), where).to.equal(0);
    }
  });

  it('frees upstream and downstream through the group when it fails', async () => {
    const [numbers, halves, ended] = [new Channel<number>(), new Channel<number>(), [] as string[]];
    const error = new Error('bad');
    const group = new Group();
    group.go(async signal => {
      using to = numbers;
      const sent = await rejection(
        (async () => {
          for (let value = 0; ; value++) await to.send(value, { signal });
        })(),
      );
      ended.push('source');
      throw sent;
    });
    const work = (value: number) => {
      if (value === 3) throw error;
      return value / 2;
    };
    group.go(signal => stage({ from: numbers, to: halves, work, workers: 2, signal }));
    group.go(async () => {
      for await (const _ of halves);
      ended.push('sink');
    });
    expect(await rejection(group.wait())).to.equal(error);
    expect(ended.toSorted()).to.deep.equal(['sink', 'source']);
  });

  it('loses and duplicates nothing, however sources, workers and sinks take turns', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = randomFrom(seed);
      const dawdle = async () => {
        for (let ticks = random(4); ticks > 0; ticks--) await (random(8) === 0 ? setImmediate() : undefined);
      };
      const upTo = (most: number) => [...Array(1 + random(most)).keys()];
      const [first, second] = [new Channel<string>(random(4)), new Channel<string>(random(4))];
      const [sent, received]: [string[], string[]] = [[], []];

      const sources = new Group();
      for (const name of upTo(4))
        sources.go(async () => {
          for (const number of upTo(30)) {
            await dawdle();
            await first.send(`${name}.${number}`);
            sent.push(`${name}.${number}`);
          }
        });
      const pipeline = new Group();
      pipeline.go(() => sources.wait().finally(() => first.close()));
      const work = (value: string) => dawdle().then(() => value);
      pipeline.go(signal => stage({ from: first, to: second, work, workers: 1 + random(5), signal }));
      for (const _ of upTo(4))
        pipeline.go(async () => {
          for await (const value of second) {
            received.push(value);
            await dawdle();
          }
        });
      await pipeline.wait();
      expect(received.toSorted(), `seed ${seed}`).to.deep.equal(sent.toSorted());
    }
  });
});

/** A channel that holds the values and is closed. */
function source<T>(values: readonly T[]): Channel<T> {
  using channel = new Channel<T>(values.length);
  for (const value of values) void channel.send(value);
  return channel;
}

async function drain<T>(channel: Channel<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of channel) values.push(value);
  return values;
}
