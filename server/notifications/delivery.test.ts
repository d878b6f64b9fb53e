import { expect } from 'chai';
import { pino } from 'pino';
import { rawQuery } from '../../testing/history/raw-query.ts';
import { sampleAlarm, sampleNotification } from '../../testing/notifications/sample-notification.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { until } from '../../testing/until.ts';
import { OutboxMessage } from '../entities/outbox-message.entity.ts';
import { readRows } from '../history/read-rows.ts';
import { type Channel, DeliveryError, type OutgoingMessage } from './channel.ts';
import { readChannelStates } from './channel-states.ts';
import { Delivery, type DeliveryParts } from './delivery.ts';
import { whyStuck } from './heartbeat.ts';
import type { NotifiedAlarm } from './notification.ts';
import { enqueue } from './outbox.ts';

const START = Date.parse('2026-11-30T00:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;

/** A channel that keeps what it is sent, or does what `respond` does. */
class TestChannel implements Channel {
  readonly type = 'test';
  readonly sent: OutgoingMessage[] = [];
  respond: (message: OutgoingMessage) => Promise<unknown> = async () => {};

  async send(message: OutgoingMessage) {
    await this.respond(message);
    this.sent.push(message);
    return { text: 'ok' };
  }

  titles(): string[] {
    return this.sent.map(({ notification }) => notification.title);
  }
}

describeOnAnyStore('The delivery', store => {
  let app: RunningApp;
  let now: Date;
  let a: TestChannel;
  let b: TestChannel;
  let log: Array<Record<string, unknown>>;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(async () => {
    await app.history.em.fork().execute('delete from outbox');
    [a, b, now, log] = [new TestChannel(), new TestChannel(), new Date(START), []];
  });

  const manager = () => app.history.em.fork();

  const delivery = (parts: Partial<DeliveryParts> = {}) =>
    new Delivery({
      history: app.history,
      log: pino({ level: 'warn' }, { write: line => void log.push(JSON.parse(line)) }),
      clock: { now: () => now },
      channels: () => new Map(Object.entries({ a, b })),
      random: () => 0.5,
      ...parts,
    });

  const put = (title: string, channels = ['a']) =>
    enqueue(manager(), { channels, dedupeKey: title, notification: sampleNotification({ title }), now });

  /** Lets it deliver all that is due. */
  async function turn(of: Delivery): Promise<void> {
    await of.deliver(now);
    await of.settled();
  }

  const pass = (ms: number) => {
    now = new Date(now.getTime() + ms);
  };

  const stateOf = async (name: string) => (await readChannelStates(manager(), [name]))[0]!;

  it('sends each message once, in order, to each of its channels', async () => {
    await put('1', ['a', 'b']);
    await put('2');
    const running = delivery();
    await turn(running);
    await turn(running);
    expect(a.titles()).to.deep.equal(['1', '2']);
    expect(b.titles()).to.deep.equal(['1']);
    expect(await stateOf('a')).to.deep.equal({
      name: 'a',
      lastDeliveredAt: now,
      failingSince: null,
      lastError: null,
      waiting: 0,
    });
  });

  it('sends at once what is enqueued while it sends', async () => {
    await put('1');
    const running = delivery();
    a.respond = async ({ notification }) => {
      if (notification.title !== '1') return;
      await put('2');
      running.wake();
    };
    await turn(running);
    expect(a.titles()).to.deep.equal(['1', '2']);
  });

  it('keeps the order when a channel fails, and tries again after growing pauses', async () => {
    await put('1');
    await put('2');
    let attempts = 0;
    a.respond = async () => {
      attempts += 1;
      throw new Error('the line is dead');
    };
    const running = delivery();
    const seconds: number[] = [];
    for (let known = 0; now.getTime() < START + 40 * MINUTE; pass(30_000)) {
      await turn(running);
      if (attempts > known) seconds.push((now.getTime() - START) / 1000);
      known = attempts;
    }
    expect(seconds).to.deep.equal([0, 30, 90, 210, 450, 930, 1830]);
    expect(a.sent).to.have.length(0);
    expect(await stateOf('a')).to.deep.include({
      failingSince: new Date(START),
      lastError: 'the line is dead',
      waiting: 2,
    });
    a.respond = async () => {};
    pass(15 * MINUTE);
    await turn(running);
    expect(a.titles()).to.deep.equal(['1', '2']);
    expect(await stateOf('a')).to.deep.include({ failingSince: null, lastError: null, waiting: 0 });
  });

  it('sends under the same id again what was sent, but not noted', async () => {
    await put('1');
    const ids: string[] = [];
    a.respond = async ({ id }) => {
      ids.push(id);
      if (ids.length === 1) throw new Error('the answer was lost');
    };
    const running = delivery();
    await turn(running);
    pass(MINUTE);
    await turn(running);
    expect(ids).to.have.length(2);
    expect(ids[0])
      .to.match(/^[0-9a-f]{32}$/)
      .and.to.equal(ids[1]);
  });

  it('lets a channel that hangs hold up no other, and ends it', async () => {
    await put('1', ['a', 'b']);
    await put('2', ['b']);
    const hanging = Promise.withResolvers<void>();
    a.respond = () => {
      hanging.resolve();
      return new Promise(() => {});
    };
    const running = delivery({ sendWithinMs: 300 });
    await running.deliver(now);
    await hanging.promise;
    await until('b has got both', () => b.sent.length === 2);
    await running.settled();
    expect(await stateOf('a')).to.deep.include({
      failingSince: now,
      lastError: 'did not answer within 0.3 s',
      waiting: 1,
    });
  });

  it('lets others pass a message that the channel refuses, and tries that one again', async () => {
    for (const title of ['1', 'bad', '3']) await put(title);
    a.respond = async ({ notification }) => {
      if (notification.title === 'bad') throw new DeliveryError('too long', { isAboutMessage: true });
    };
    const running = delivery();
    await turn(running);
    expect(a.titles()).to.deep.equal(['1', '3']);
    expect(await stateOf('a')).to.deep.include({ failingSince: now, lastError: 'too long', waiting: 1 });
    await put('4');
    a.respond = async () => {};
    pass(MINUTE);
    await turn(running);
    expect(a.titles()).to.deep.equal(['1', '3', '4', 'bad']);
  });

  it('waits as long as the other side asks', async () => {
    await put('1');
    a.respond = async () => {
      throw new DeliveryError('slow down', { retryAfterMs: 10 * MINUTE });
    };
    const running = delivery();
    await turn(running);
    a.respond = async () => {};
    pass(9 * MINUTE);
    await turn(running);
    expect(a.sent).to.have.length(0);
    pass(MINUTE);
    await turn(running);
    expect(a.sent).to.have.length(1);
  });

  it('gives a message up after three days, not before an attempt failed then, and shows the channel as failing', async () => {
    await put('1');
    await put('2');
    a.respond = async () => {
      throw new Error('the line is dead');
    };
    const running = delivery();
    await turn(running);
    pass(3 * DAY - 1);
    await turn(running);
    expect(await stateOf('a')).to.deep.include({ waiting: 2 });
    pass(15 * MINUTE);
    await turn(running);
    expect(await stateOf('a')).to.deep.include({
      waiting: 0,
      failingSince: new Date(START),
      lastError: 'the line is dead',
    });
    expect(log.at(-1)!.msg).to.equal('A message to the channel a is given up after 3 days: the line is dead');
    a.respond = async () => {};
    await put('3');
    pass(1);
    await turn(running);
    expect(a.titles()).to.deep.equal(['3']);
    expect(await stateOf('a')).to.deep.include({ failingSince: null });
  });

  it('tries after a stop of a week before it gives up', async () => {
    await put('1');
    pass(7 * DAY);
    await turn(delivery());
    expect(a.titles()).to.deep.equal(['1']);
  });

  it('sends again at once what a stop has interrupted', async () => {
    await put('1');
    const sending = Promise.withResolvers<void>();
    a.respond = () => {
      sending.resolve();
      return new Promise(() => {});
    };
    const stopped = delivery();
    await stopped.deliver(now);
    await sending.promise;
    await stopped.stop();
    await stopped.deliver(now);
    expect(log).to.deep.equal([]);
    a.respond = async () => {};
    await turn(delivery());
    expect(a.titles()).to.deep.equal(['1']);
    const [row] = await readRows<{ attempts: number }>(manager(), rawQuery('select attempts from outbox'));
    expect(row!.attempts).to.equal(1);
  });

  it('sends a minute and a half later what a crash has interrupted', async () => {
    await put('1');
    const sending = Promise.withResolvers<void>();
    const crash = Promise.withResolvers<void>();
    a.respond = () => {
      sending.resolve();
      return crash.promise;
    };
    const dead = delivery();
    await dead.deliver(now);
    await sending.promise;
    const other = new TestChannel();
    const next = delivery({ channels: () => new Map([['a', other]]) });
    await turn(next);
    pass(89_000);
    await turn(next);
    expect(other.sent).to.have.length(0);
    pass(1_000);
    await turn(next);
    expect(other.titles()).to.deep.equal(['1']);
    crash.resolve();
    await dead.settled();
  });

  it('sends nothing under a claim that ends before it would be sent, as after a pause of the machine: another has it', async () => {
    await put('1');
    const late = new Date(START + 61_000);
    const times = [now];
    const paused = delivery({ clock: { now: () => times.shift() ?? late } });
    await turn(paused);
    expect(a.titles()).to.deep.equal(['1']);
    const row = await manager().findOneOrFail(OutboxMessage, { channel: 'a' });
    expect(row).to.include({ attempts: 1 });
    expect(row.nextAttemptAt.getTime(), 'the end of the claim').to.equal(late.getTime() + 90_000);
  });

  it('sends each message once when two services share a history', async () => {
    const titles = Array.from({ length: 10 }, (_, i) => `${i}`);
    for (const title of titles) await put(title);
    const both = [delivery(), delivery()];
    // One of two may have to leave a message to the other, and looks again.
    for (let rounds = 0; rounds < 20 && a.sent.length < titles.length; rounds++) await Promise.all(both.map(turn));
    expect(a.titles()).to.deep.equal(titles);
  });

  describe('to a channel that forgets what is open', () => {
    const kept: string[][] = [];
    class ForgetfulChannel extends TestChannel {
      failing = false;

      async keepOpen(alarms: readonly NotifiedAlarm[]) {
        if (this.failing) throw new Error('it is away');
        kept.push(alarms.map(({ subject }) => subject));
        return { text: 'ok' };
      }
    }

    beforeEach(() => {
      kept.length = 0;
      a = new ForgetfulChannel();
    });

    it('tells it every two minutes, behind what was to be sent', async () => {
      let open = ['x', 'y'];
      await put('1');
      a.respond = async () => {
        open = ['y'];
      };
      const running = delivery({
        findOpenAlarms: async (_em, channel) => (channel === 'a' ? open.map(subject => sampleAlarm({ subject })) : []),
      });
      for (let seconds = 0; seconds < 300; seconds += 10, pass(10_000)) await turn(running);
      expect(kept).to.deep.equal([['y'], ['y'], ['y']]);
    });

    it('shows it as failing when it cannot be told', async () => {
      const running = delivery({ findOpenAlarms: async () => [sampleAlarm()] });
      const channel = a as ForgetfulChannel;
      channel.failing = true;
      await turn(running);
      expect((await running.states(manager()))[0]).to.deep.include({ failingSince: now, lastError: 'it is away' });
      channel.failing = false;
      pass(2 * MINUTE);
      await turn(running);
      expect((await running.states(manager()))[0]).to.deep.include({ failingSince: null, lastError: null });
    });
  });

  it('goes on when the history refuses for a while, and logs that', async () => {
    await put('1');
    const broken = {
      em: {
        fork: () => {
          throw new Error('the history is away');
        },
      },
    } as never;
    const failing = delivery({ history: broken });
    failing.wake();
    await failing.settled();
    expect(log[0]!.msg).to.equal('The outbox of the channel a could not be read or changed');
    expect(a.sent).to.have.length(0);
  });

  it('deletes what was settled 90 days ago, and gives up what no channel will send', async () => {
    await put('delivered');
    await put('orphan', ['gone']);
    const running = delivery();
    await turn(running);
    pass(4 * DAY);
    await put('young', ['gone']);
    await turn(running);
    const left = () =>
      readRows<{ dedupe_key: string; given_up_at: unknown }>(
        manager(),
        rawQuery('select dedupe_key, given_up_at from outbox order by id'),
      );
    expect((await left()).map(row => [row.dedupe_key, row.given_up_at !== null])).to.deep.equal([
      ['delivered', false],
      ['orphan', true],
      ['young', false],
    ]);
    pass(88 * DAY);
    await turn(running);
    expect((await left()).map(row => row.dedupe_key)).to.deep.equal(['orphan', 'young']);
  });

  it('lets the heartbeat see when no channel takes a message, or no one sends it', async () => {
    const stuck = () => whyStuck(manager(), { channels: ['a', 'b'], now });
    await put('1', ['a', 'b']);
    expect(await stuck()).to.equal(undefined);
    pass(6 * MINUTE);
    expect(await stuck()).to.equal('a message to the channel a is due and no one sends it');
    a.respond = async () => {
      throw new Error('the line is dead');
    };
    const running = delivery();
    await turn(running);
    expect(await stuck()).to.equal(undefined);
    await put('2');
    for (let minutes = 0; minutes < 31; minutes++, pass(MINUTE)) await turn(running);
    expect(await stuck()).to.equal('no channel has taken a message of 2026-11-30T00:06:00.000Z (it waits for a)');
  });
});
