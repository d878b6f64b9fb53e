import { expect } from 'chai';
import { Channel } from './channel.ts';
import { Group } from './group.ts';
import { merge } from './merge.ts';
import { listenersOn, rejection, stateOf } from './testing.ts';

describe('merge', () => {
  it('sends all that comes in, each channel in its order, and then closes its outbound channel', async () => {
    const inbound = [0, 1, 5].map(capacity => new Channel<[number, number]>(capacity));
    const to = new Channel<[number, number]>();
    const group = new Group();
    for (const [source, channel] of inbound.entries())
      group.go(async signal => {
        using _ = channel;
        for (let turn = 0; turn < 50; turn++) await channel.send([source, turn], { signal });
      });
    group.go(signal => merge({ from: inbound, to, signal }));
    const turns: number[][] = [[], [], []];
    for await (const [source, turn] of to) turns[source]!.push(turn);
    await group.wait();
    for (const seen of turns) expect(seen).to.deep.equal([...Array(50).keys()]);
  });

  it('closes only after the last inbound channel has ended', async () => {
    const [a, b, to] = [new Channel<number>(), new Channel<number>(), new Channel<number>()];
    const merging = merge({ from: [a, b], to });
    a.close();
    expect(await stateOf(merging)).to.equal('pending');
    expect(to.closed).to.equal(false);
    b.close();
    await merging;
    expect(to.closed).to.equal(true);
  });

  it('ends at once with nothing to merge', async () => {
    const to = new Channel<never>();
    await merge({ from: [], to });
    expect(to.closed).to.equal(true);
  });

  it('stops on its signal, and leaves no listener there', async () => {
    const controller = new AbortController();
    const [a, b, to] = [new Channel<number>(), new Channel<number>(1), new Channel<number>()];
    await b.send(1);
    const failure = rejection(merge({ from: [a, b], to, signal: controller.signal }));
    expect(await stateOf(failure)).to.equal('pending');
    controller.abort('no');
    expect(await failure).to.equal('no');
    expect(to.closed).to.equal(true);
    expect(listenersOn(controller.signal)).to.equal(0);
  });
});
