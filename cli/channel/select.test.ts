import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { Channel, ChannelClosedError } from './channel.ts';
import { select, trySelect } from './select.ts';
import { listenersOn, rejection, stateOf } from './testing.ts';

describe('select', () => {
  it('does the one operation that is ready', async () => {
    const [empty, filled, full] = [new Channel<string>(), new Channel<string>(1), new Channel<number>()];
    await filled.send('a');
    const selected = await select([empty.receiving(), filled.receiving(), full.sending(1)]);
    expect(selected).to.deep.equal({ index: 1, result: { done: false, value: 'a' } });
    expect(filled.length).to.equal(0);
  });

  it('waits for the first to become ready', async () => {
    const [jobs, results] = [new Channel<string>(), new Channel<number>()];
    const receiving = select([jobs.receiving(), results.sending(1)]);
    expect(await stateOf(receiving)).to.equal('pending');
    await jobs.send('a');
    expect(await receiving).to.deep.equal({ index: 0, result: { done: false, value: 'a' } });

    const sending = select([jobs.receiving(), results.sending(2)]);
    expect(await results.receive()).to.deep.equal({ done: false, value: 2 });
    expect(await sending).to.deep.equal({ index: 1, result: undefined });
  });

  it('tells the results apart by the index, for the compiler too', async () => {
    const [words, numbers] = [new Channel<string>(1), new Channel<number>()];
    await words.send('abc');
    const { index, result } = await select([words.receiving(), numbers.receiving(), numbers.sending(1)]);
    let size: number | undefined;
    if (index === 0 && !result.done) size = result.value.length;
    else if (index === 1 && !result.done) size = result.value;
    // @ts-expect-error There is no fourth operation.
    else if (index === 3) size = 0;
    expect(size).to.equal(3);
    // @ts-expect-error A channel of numbers sends no words.
    numbers.sending('a');
  });

  it('withdraws what it did not choose', async () => {
    const [a, b] = [new Channel<number>(), new Channel<number>()];
    const selected = select([a.receiving(), b.receiving(), b.sending(7)]);
    await a.send(1);
    await selected;
    expect(trySelect([b.sending(2)]), 'no receiver is left on b').to.equal(undefined);
    expect(trySelect([b.receiving()]), 'no sender is left on b').to.equal(undefined);
  });

  it('never meets itself', async () => {
    const channel = new Channel<number>();
    const one = select([channel.sending(1), channel.receiving()]);
    expect(await stateOf(one)).to.equal('pending');
    const other = await select([channel.sending(2), channel.receiving()]);
    const received = (await one).index === 0 ? 1 : 2;
    expect([await one, other]).to.have.deep.members([
      { index: 0, result: undefined },
      { index: 1, result: { done: false, value: received } },
    ]);
  });

  it('chooses every ready operation about as often', async () => {
    const [idle, ready] = [new Channel<number>(), new Channel<number>(1)];
    await ready.send(0);
    const closed = new Channel<number>();
    closed.close();
    // The idle ones lie unevenly between the ready ones, which a walk from a random start would favour.
    const operations = [idle, idle, idle, closed, closed, idle, closed].map(channel => channel.receiving());
    const counts = new Map<number, number>();
    for (let turn = 0; turn < 3000; turn++) {
      const { index } = await select(operations);
      counts.set(index, (counts.get(index) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted()).to.deep.equal([3, 4, 6]);
    // 1000 each, with a standard deviation of 26: eight of them make a flake a matter of the universe's age.
    for (const [index, count] of counts) expect(count, `operation ${index}`).to.be.within(800, 1200);
  });

  it('passes over undefined, as Go does over a nil channel', async () => {
    const channel = new Channel<string>(1);
    await channel.send('a');
    expect((await select([undefined, channel.receiving()])).index).to.equal(1);
    expect(await stateOf(select([undefined]))).to.equal('pending');
  });

  it('is told that a channel is done, and fails to send to it', async () => {
    const [a, b] = [new Channel<number>(), new Channel<number>()];
    const receiving = select([a.receiving(), b.receiving()]);
    b.close();
    expect(await receiving).to.deep.equal({ index: 1, result: { done: true, value: undefined } });

    const sending = select([a.receiving(), a.sending(1)]);
    const late = rejection(sending);
    a.close();
    expect(await late).to.be.instanceOf(ChannelClosedError);
    expect(await rejection(select([b.sending(1)]))).to.be.instanceOf(ChannelClosedError);
  });

  it('lets an aborted signal win over what is ready', async () => {
    const channel = new Channel<number>(1);
    const signal = AbortSignal.abort('no');
    expect(await rejection(select([channel.sending(1)], { signal }))).to.equal('no');
    expect(channel.length).to.equal(0);
  });

  it('withdraws everything when cancelled, and its listener however it ends', async () => {
    const [a, b] = [new Channel<number>(), new Channel<number>()];
    const controller = new AbortController();
    const { signal } = controller;

    const chosen = select([a.receiving(), b.sending(1)], { signal });
    expect(listenersOn(signal)).to.equal(1);
    await a.send(1);
    await chosen;
    expect(listenersOn(signal)).to.equal(0);

    const cancelled = select([a.receiving(), b.sending(1)], { signal });
    controller.abort('no');
    expect(await rejection(cancelled)).to.equal('no');
    expect(listenersOn(signal)).to.equal(0);
    expect(trySelect([a.sending(1), b.receiving()])).to.equal(undefined);
  });

  it('loses and duplicates nothing for any operations in any order', async () => {
    const channelIndex = fc.nat(2);
    const choice = fc.record({ channel: channelIndex, sends: fc.boolean() });
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.array(choice, { minLength: 1, maxLength: 4 }) },
      { weight: 2, arbitrary: fc.record({ abort: fc.nat(20) }) },
      { weight: 1, arbitrary: fc.record({ close: channelIndex }) },
      { weight: 3, arbitrary: fc.constant('pause' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async steps => {
        const channels = [0, 1, 2].map(capacity => new Channel<string>(capacity));
        const controllers: AbortController[] = [];
        const [sent, received]: [string[], string[]] = [[], []];
        const selects: Promise<void>[] = [];
        const start = async (choices: { channel: number; sends: boolean }[], turn: number, signal: AbortSignal) => {
          const operations = choices.map(({ channel, sends }, index) =>
            sends ? channels[channel]!.sending(`${turn}.${index}`) : channels[channel]!.receiving(),
          );
          const { index, result } = await select(operations, { signal });
          if (choices[index]!.sends) sent.push(`${turn}.${index}`);
          else if (result && !result.done) received.push(result.value);
        };
        for (const [turn, step] of steps.entries()) {
          if (step === 'pause') await setImmediate();
          else if ('abort' in step) controllers[step.abort % (controllers.length || 1)]?.abort('no');
          else if ('close' in step) channels[step.close]!.close();
          else {
            const controller = new AbortController();
            controllers.push(controller);
            const selecting = start(step, turn, controller.signal);
            selecting.catch(() => {}); // it may fail in a pause, before anybody looks
            selects.push(selecting);
          }
        }
        for (const channel of channels) channel.close();
        await Promise.allSettled(selects);
        for (const channel of channels) for await (const value of channel) received.push(value);
        expect(received.toSorted()).to.deep.equal(sent.toSorted());
      }),
    );
  });
});

describe('trySelect', () => {
  it('does what is ready, at once', () => {
    const channel = new Channel<string>(1);
    expect(trySelect([channel.receiving(), channel.sending('a')])).to.deep.equal({ index: 1, result: undefined });
    expect(trySelect([channel.receiving()])).to.deep.equal({ index: 0, result: { done: false, value: 'a' } });
  });

  it('gives undefined if nothing is, and leaves nothing behind', () => {
    const channel = new Channel<string>();
    expect(trySelect([channel.receiving(), undefined])).to.equal(undefined);
    expect(trySelect([channel.sending('a')])).to.equal(undefined);
  });

  it('throws when it sends to a closed channel', () => {
    const channel = new Channel<string>();
    channel.close();
    expect(() => trySelect([channel.sending('a')])).to.throw(ChannelClosedError);
  });
});
