import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { Channel, ChannelClosedError } from './channel.ts';
import { listenersOn, rejection, stateOf } from './testing.ts';

const done = { done: true, value: undefined } as const;
const received = <T>(value: T) => ({ done: false, value }) as const;

describe('Channel', () => {
  describe('without a buffer', () => {
    it('completes a send only once the value is received', async () => {
      const channel = new Channel<string>();
      const sent = channel.send('a');
      expect(await stateOf(sent)).to.equal('pending');
      expect(channel.length).to.equal(0);
      expect(await channel.receive()).to.deep.equal(received('a'));
      expect(await stateOf(sent)).to.equal('resolved');
    });

    it('completes a receive only once a value is sent', async () => {
      const channel = new Channel<string>();
      const receipt = channel.receive();
      expect(await stateOf(receipt)).to.equal('pending');
      await channel.send('a');
      expect(await receipt).to.deep.equal(received('a'));
    });

    it('serves receivers in the order in which they came', async () => {
      const channel = new Channel<number>();
      const receipts = [channel.receive(), channel.receive(), channel.receive()];
      for (const value of [1, 2, 3]) await channel.send(value);
      expect(await Promise.all(receipts)).to.deep.equal([1, 2, 3].map(received));
    });
  });

  describe('with a buffer', () => {
    it('lets sends run ahead by its capacity', async () => {
      const channel = new Channel<number>(2);
      await channel.send(1);
      await channel.send(2);
      const third = channel.send(3);
      expect(await stateOf(third)).to.equal('pending');
      expect(channel.length).to.equal(2);
      await channel.receive();
      expect(await stateOf(third)).to.equal('resolved');
      expect(channel.length).to.equal(2);
    });

    it('keeps the order across the buffer and the senders that wait', async () => {
      const channel = new Channel<number>(2);
      const sent = [1, 2, 3, 4, 5].map(value => channel.send(value));
      const values: unknown[] = [];
      for (let turn = 0; turn < 3; turn++) values.push((await channel.receive()).value);
      sent.push(channel.send(6));
      for (let turn = 0; turn < 3; turn++) values.push((await channel.receive()).value);
      expect(values).to.deep.equal([1, 2, 3, 4, 5, 6]);
      await Promise.all(sent);
    });

    it('refuses an invalid capacity and names it', () => {
      for (const capacity of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3' as unknown as number])
        expect(() => new Channel(capacity), String(capacity)).to.throw(RangeError, String(capacity));
      expect(new Channel(3).capacity).to.equal(3);
    });
  });

  it('carries undefined, and promises, like any other value', async () => {
    const channel = new Channel<unknown>(1);
    await channel.send(undefined);
    expect(channel.length).to.equal(1);
    expect(await channel.receive()).to.deep.equal(received(undefined));

    const receipt = channel.receive();
    await channel.send(undefined);
    expect(await receipt).to.deep.equal(received(undefined));

    const promise = Promise.resolve(1);
    await channel.send(promise);
    expect((await channel.receive()).value).to.equal(promise);
  });

  describe('close', () => {
    it('lets what is buffered drain, then says done', async () => {
      const channel = new Channel<number>(2);
      await channel.send(1);
      await channel.send(2);
      channel.close();
      expect(channel.closed).to.equal(true);
      expect(await channel.receive()).to.deep.equal(received(1));
      expect(await channel.receive()).to.deep.equal(received(2));
      expect(await channel.receive()).to.deep.equal(done);
      expect(await channel.receive()).to.deep.equal(done);
    });

    it('tells waiting receivers that it is done', async () => {
      const channel = new Channel<number>();
      const receipts = [channel.receive(), channel.receive()];
      channel.close();
      expect(await Promise.all(receipts)).to.deep.equal([done, done]);
    });

    it('fails waiting senders and later ones, and gives them their value back', async () => {
      const channel = new Channel<number>(1);
      await channel.send(1);
      const waiting = channel.send(2);
      channel.close();
      for (const [sent, value] of [[waiting, 2] as const, [channel.send(3), 3] as const]) {
        const error = await rejection(sent);
        expect(error)
          .to.be.instanceOf(ChannelClosedError)
          .with.property('message', 'Cannot send a value: the channel is closed');
        expect(error).to.have.property('value', value);
      }
      expect(await channel.receive()).to.deep.equal(received(1));
      expect(await channel.receive()).to.deep.equal(done);
    });

    it('may be called again', () => {
      const channel = new Channel();
      channel.close();
      expect(() => channel.close()).not.to.throw();
    });

    it('happens at the end of a `using` block', () => {
      const channel = new Channel();
      {
        using _ = channel;
        expect(channel.closed).to.equal(false);
      }
      expect(channel.closed).to.equal(true);
    });

    it('keeps the unsent value out of the log', () =>
      expect(inspect(new ChannelClosedError('s3cret')))
        .to.contain('ChannelClosedError: Cannot')
        .and.not.contain('s3cret'));
  });

  describe('for await', () => {
    it('ranges until the channel is closed and drained', async () => {
      const channel = new Channel<number>(1);
      const sent = [1, 2, 3].map(value => channel.send(value));
      void Promise.all(sent).then(() => channel.close());
      const values: number[] = [];
      for await (const value of channel) values.push(value);
      expect(values).to.deep.equal([1, 2, 3]);
    });

    it('leaves the channel open when left early', async () => {
      const channel = new Channel<number>(3);
      for (const value of [1, 2, 3]) await channel.send(value);
      for await (const value of channel) if (value === 2) break;
      expect(channel.closed).to.equal(false);
      expect(await channel.receive()).to.deep.equal(received(3));
    });

    it('throws the reason of its signal', async () => {
      const channel = new Channel<number>(1);
      const { signal, abort } = cancellable();
      await channel.send(1);
      const values: number[] = [];
      const loop = (async () => {
        for await (const value of channel.values({ signal })) values.push(value);
      })();
      expect(await stateOf(loop)).to.equal('pending');
      abort('enough');
      expect(await rejection(loop)).to.equal('enough');
      expect(values).to.deep.equal([1]);
    });
  });

  describe('cancelled', () => {
    it('beforehand, does nothing, even if it could', async () => {
      const channel = new Channel<number>(2);
      await channel.send(1);
      const signal = AbortSignal.abort('no');
      expect(await rejection(channel.send(2, { signal }))).to.equal('no');
      expect(await rejection(channel.receive({ signal }))).to.equal('no');
      expect(channel.length).to.equal(1);
      expect(await channel.receive()).to.deep.equal(received(1));
    });

    it('while waiting, is withdrawn', async () => {
      const channel = new Channel<number>();
      const { signal, abort } = cancellable();
      const sent = channel.send(1, { signal });
      abort('no');
      expect(await rejection(sent)).to.equal('no');
      const receipt = channel.receive();
      await channel.send(2);
      expect(await receipt).to.deep.equal(received(2));
    });

    it('in the middle of the queue, leaves the others in order', async () => {
      for (const victim of [0, 1, 2]) {
        const rest = [0, 1, 2].filter(index => index !== victim);

        const sending = new Channel<number>();
        const sender = cancellable();
        const sent = [0, 1, 2].map(value => sending.send(value, value === victim ? sender : {}));
        sender.abort('no');
        expect(await rejection(sent[victim]!)).to.equal('no');
        for (const value of rest) expect(await sending.receive()).to.deep.equal(received(value));

        const receiving = new Channel<number>();
        const receiver = cancellable();
        const receipts = [0, 1, 2].map(index => receiving.receive(index === victim ? receiver : {}));
        receiver.abort('no');
        expect(await rejection(receipts[victim]!)).to.equal('no');
        for (const value of rest) await receiving.send(value);
        for (const value of rest) expect(await receipts[value]).to.deep.equal(received(value));
      }
    });

    it('after it completed, keeps the result', async () => {
      const channel = new Channel<number>();
      const { signal, abort } = cancellable();
      const receipt = channel.receive({ signal });
      const sent = channel.send(1, { signal });
      abort('too late');
      await sent;
      expect(await receipt).to.deep.equal(received(1));
    });

    it('leaves no listener on the signal, however it ends', async () => {
      const { signal, abort } = cancellable();
      const channel = new Channel<number>();
      const waiting = [1, 2, 3].map(value => channel.send(value, { signal }));
      expect(listenersOn(signal), 'shared by all that wait').to.equal(1);

      await channel.receive();
      expect(listenersOn(signal), 'others still wait').to.equal(1);
      channel.close();
      await Promise.allSettled(waiting);
      expect(listenersOn(signal), 'after close').to.equal(0);

      const other = new Channel<number>(1);
      await other.send(1, { signal });
      await other.receive({ signal });
      expect(listenersOn(signal), 'without waiting').to.equal(0);

      const receipt = other.receive({ signal });
      expect(listenersOn(signal)).to.equal(1);
      abort('no');
      expect(await rejection(receipt)).to.equal('no');
      expect(listenersOn(signal), 'after the abort').to.equal(0);
    });
  });

  it('copes with fifty thousand waiting, half of whom leave', async function () {
    this.timeout(20_000); // half a second, unless the machine is busy
    const channel = new Channel<number>();
    const { signal, abort } = cancellable();
    const sends = Array.from({ length: 50_000 }, (_, value) => channel.send(value, value % 2 ? { signal } : {}));
    const sent = Promise.allSettled(sends);
    abort('no');

    for (let value = 0; value < sends.length; value += 2)
      if ((await channel.receive()).value !== value) expect.fail(`${value} is missing`);
    const counts = Map.groupBy(await sent, ({ status }) => status);
    expect([...counts].map(([status, { length }]) => [status, length])).to.deep.equal([
      ['fulfilled', 25_000],
      ['rejected', 25_000],
    ]);
  });

  it('behaves as a plain queue does for any operations in any order', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.constant('send' as const) },
      { weight: 5, arbitrary: fc.constant('receive' as const) },
      { weight: 2, arbitrary: fc.nat(20) }, // the operation to abort
      { weight: 1, arbitrary: fc.constant('close' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(3), fc.array(step, { maxLength: 30, size: 'max' }), async (capacity, steps) => {
        const model = new ModelChannel(capacity);
        const channel = new Channel<number>(capacity);
        const outcomes: string[] = [];
        const aborts: ((reason: unknown) => void)[] = [];
        for (const step of steps) {
          const id = outcomes.length;
          const { signal, abort } = cancellable();
          if (step === 'close') {
            channel.close();
            model.close();
          } else if (typeof step === 'number') {
            aborts[step]?.('aborted');
            model.abort(step);
          } else {
            const operation = step === 'send' ? channel.send(id, { signal }) : channel.receive({ signal });
            outcomes[id] = 'waits';
            void describeOutcome(operation).then(outcome => {
              outcomes[id] = outcome;
            });
            aborts[id] = abort;
            if (step === 'send') model.send(id);
            else model.receive(id);
          }
          await setImmediate();
          expect(outcomes).to.deep.equal(model.outcomes);
          expect(channel).to.include({ length: model.buffer.length, closed: model.closed });
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** What Go's specification says, with arrays, numbers for operations and no promises. A sender sends its own number. */
class ModelChannel {
  readonly outcomes: string[] = [];
  readonly buffer: number[] = [];
  closed = false;
  readonly #capacity: number;
  #senders: number[] = [];
  #receivers: number[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  send(id: number) {
    this.outcomes[id] = this.closed ? 'closed' : 'waits';
    if (!this.closed) this.#senders.push(id);
    this.#settle();
  }

  receive(id: number) {
    this.outcomes[id] = 'waits';
    this.#receivers.push(id);
    this.#settle();
  }

  abort(id: number) {
    if (this.outcomes[id] === 'waits') this.outcomes[id] = 'aborted';
    this.#senders = this.#senders.filter(sender => sender !== id);
    this.#receivers = this.#receivers.filter(receiver => receiver !== id);
  }

  close() {
    this.closed = true;
    for (const sender of this.#senders.splice(0)) this.outcomes[sender] = 'closed';
    this.#settle();
  }

  #settle() {
    for (;;) {
      const values = [...this.buffer, ...this.#senders];
      if (values.length > 0 && this.#receivers.length > 0) {
        this.outcomes[this.#receivers.shift()!] = `received ${values[0]}`;
        if (this.buffer.length > 0) this.buffer.shift();
        else this.outcomes[this.#senders.shift()!] = 'sent';
      } else if (this.#senders.length > 0 && this.buffer.length < this.#capacity) {
        this.buffer.push(this.#senders[0]!);
        this.outcomes[this.#senders.shift()!] = 'sent';
      } else if (this.closed && this.#receivers.length > 0) {
        this.outcomes[this.#receivers.shift()!] = 'done';
      } else return;
    }
  }
}

async function describeOutcome(operation: Promise<unknown>): Promise<string> {
  try {
    const result = (await operation) as IteratorResult<number, undefined> | undefined;
    if (!result) return 'sent';
    return result.done ? 'done' : `received ${result.value}`;
  } catch (error) {
    return error instanceof ChannelClosedError ? 'closed' : String(error);
  }
}

function cancellable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason: unknown) => controller.abort(reason) };
}
