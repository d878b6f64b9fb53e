import type { Audit } from '../audit/audit.ts';
import type { Actor } from '../audit/entry.ts';
import { messageOf } from '../errors/error-code.ts';
import { notFound, RetryLater } from '../errors/errors.ts';
import type { Channel } from './channel.ts';
import type { PageLinks } from './notification.ts';
import { sendTest } from './send-test.ts';

/** How the test of a channel went. No secret is in it. */
export interface TestedChannel {
  readonly name: string;
  /** Such as `mail`. */
  readonly type: string;
  /** What the other side answered, in one line; null when it did not take the message. */
  readonly answer: string | null;
  /** Why the message was not taken, or what was not quite right although it was; null when all is well. */
  readonly problem: string | null;
}

/** A message goes to people: how long a channel has no second test, in milliseconds. */
const PAUSE_MS = 10_000;

/** Tries channels, for all who may: each has one test at a time, and a pause after it. */
export class ChannelTests {
  readonly #channels: () => ReadonlyMap<string, Channel>;
  readonly #pages: PageLinks | undefined;
  /** When the last test of a channel began or ended, by the clock of the process. */
  readonly #tested = new WeakMap<Channel, { isRunning: boolean; at: number }>();

  /**
   * @param channels by name, as the configuration has them at the moment
   * @param pages undefined: without a link
   */
  constructor(channels: () => ReadonlyMap<string, Channel>, pages?: PageLinks) {
    this.#channels = channels;
    this.#pages = pages;
  }

  /**
   * Sends a message through a channel now, beside its outbox: half a minute at most. That it does not work is a result, and no error.
   * @throws AppError 404 when no channel has that name, 429 when it is being tested, or was a moment ago
   */
  async test(name: string, now: Date): Promise<TestedChannel> {
    const channels = this.#channels();
    const channel = channels.get(name);
    if (!channel) throw unknownChannel(name, [...channels.keys()]);
    this.#begin(name, channel);
    try {
      const { text, problem } = await sendTest(name, channel, now, this.#pages);
      return { name, type: channel.type, answer: text, problem: problem ?? null };
    } catch (error) {
      return { name, type: channel.type, answer: null, problem: messageOf(error) };
    } finally {
      this.#tested.set(channel, { isRunning: false, at: performance.now() });
    }
  }

  /** @throws AppError 429 */
  #begin(name: string, channel: Channel): void {
    const last = this.#tested.get(channel);
    if (last?.isRunning)
      throw new RetryLater(429, 'CHANNEL_TESTED', `The channel ${name} is being tested: wait for its result`, 30);
    const wait = last === undefined ? 0 : Math.ceil((last.at + PAUSE_MS - performance.now()) / 1000);
    if (wait > 0)
      throw new RetryLater(429, 'CHANNEL_TESTED', `The channel ${name} was tested just now: wait ${wait} s`, wait);
    this.#tested.set(channel, { isRunning: true, at: performance.now() });
  }
}

/** Who tries a channel, and where that is recorded. */
interface Testing {
  readonly tests: Pick<ChannelTests, 'test'>;
  readonly audit: Audit;
  readonly actor: Actor;
}

/** The same as `ChannelTests.test`, with its entries in the audit trail. @throws AppError the same, 503 when it can't be recorded */
export function testChannel({ tests, audit, actor }: Testing, name: string, now: Date): Promise<TestedChannel> {
  const detail = { channel: name.slice(0, LONGEST_NAME) };
  return audit.change({ actor, action: 'channel_test', detail }, async note => {
    const tested = await tests.test(name, now);
    void note({ type: tested.type, taken: tested.answer !== null });
    return tested;
  });
}

const LONGEST_NAME = 100;

function unknownChannel(name: string, known: readonly string[]) {
  const names = known.join(', ') || 'no channel';
  return notFound(
    'CHANNEL_NOT_FOUND',
    `No channel is named ${name.slice(0, LONGEST_NAME)}. LUMBUNG_CONFIG has: ${names}`,
  );
}
