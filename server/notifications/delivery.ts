import type { Logger } from 'pino';
import { messageOf } from '../errors/error-code.ts';
import type { EntityManager, Orm } from '../history/orm.ts';
import type { Clock } from '../jobs/clock.ts';
import type { Job } from '../jobs/job.ts';
import type { Channel } from './channel.ts';
import { type ChannelState, readChannelStates } from './channel-states.ts';
import { type ClaimedMessage, claimMessage } from './claim-message.ts';
import { cleanOutbox } from './clean-outbox.ts';
import { type FindOpenAlarms, OpenAlarms } from './open-alarms.ts';
import { sendWithin } from './send-within.ts';
import { giveBack, noteDelivered, noteFailed } from './settle-message.ts';

/** How long a channel may take to send one message, in milliseconds. */
const SEND_WITHIN_MS = 30_000;
/** How long the claim on a message holds beyond that: for what is written into the history. */
const LEASE_MARGIN_MS = 60_000;
const CLEAN_EVERY_MS = 3_600_000;
/** After so many messages in a row that a channel has refused, others have to wait for the next turn. */
const MOST_REFUSALS = 3;

export interface DeliveryParts {
  readonly history: Orm;
  readonly log: Logger;
  readonly clock: Clock;
  /** By name, as the configuration has them at the moment. */
  readonly channels: () => ReadonlyMap<string, Channel>;
  readonly sendWithinMs?: number;
  /** For channels that have to be told again and again what is open; nothing when left out. */
  readonly findOpenAlarms?: FindOpenAlarms;
  /** From 0 to 1, for the pauses between attempts. */
  readonly random?: () => number;
}

/**
 * Sends what is in the outbox. Each channel has its own worker, which sends one message after the other: one that is slow, or hangs,
 * holds up no other.
 */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #stopping = new AbortController();
  readonly #workers = new Map<string, Worker>();
  readonly #openAlarms: OpenAlarms;
  #cleanedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: DeliveryParts) {
    const { history, log, findOpenAlarms: find = async () => [] } = parts;
    this.#parts = parts;
    this.#openAlarms = new OpenAlarms({ history, log, find });
  }

  /** The states of all channels of the configuration. @throws what the history throws */
  async states(em: EntityManager): Promise<readonly NamedChannelState[]> {
    const channels = this.#parts.channels();
    const states = await readChannelStates(em, [...channels.keys()]);
    return states.map(state => {
      const failure = this.#openAlarms.failureOf(state.name);
      const failingSince = state.failingSince ?? failure?.since ?? null;
      const lastError = state.lastError ?? failure?.error ?? null;
      return { ...state, type: channels.get(state.name)!.type, failingSince, lastError };
    });
  }

  /** Lets each channel send what is due. What is sent is not waited for. @throws what the history throws when it is cleaned */
  async deliver(now: Date): Promise<void> {
    const { history, channels } = this.#parts;
    const present = channels();
    for (const [name, channel] of present) this.#start(name, channel);
    if (now.getTime() - this.#cleanedAt < CLEAN_EVERY_MS && now.getTime() >= this.#cleanedAt) return;
    this.#cleanedAt = now.getTime();
    await cleanOutbox(history.em.fork(), { channels: [...present.keys()], now });
  }

  /** Called when the outbox may have got a message: after the transaction that wrote it. */
  wake(): void {
    for (const [name, channel] of this.#parts.channels()) this.#start(name, channel);
  }

  /** Fulfilled when no channel sends anything. */
  async settled(): Promise<void> {
    while (this.#workers.size > 0) await Promise.all([...this.#workers.values()].map(({ ended }) => ended));
  }

  /** Ends what is being sent. It stays in the outbox, and the next start sends it again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.settled();
  }

  #start(name: string, channel: Channel): void {
    if (this.#stopping.signal.aborted) return;
    const working = this.#workers.get(name);
    if (working) {
      working.isWoken = true;
      return;
    }
    const worker: Worker = { isWoken: true, ended: Promise.resolve() };
    this.#workers.set(name, worker);
    worker.ended = this.#work(name, channel, worker).finally(() => this.#workers.delete(name));
  }

  /** Never throws. */
  async #work(name: string, channel: Channel, worker: Worker): Promise<void> {
    try {
      for (let refusals = 0; !this.#stopping.signal.aborted && refusals < MOST_REFUSALS; ) {
        worker.isWoken = false;
        const message = await this.#claim(name);
        if (message) refusals = (await this.#attempt(name, channel, message)) ? 0 : refusals + 1;
        else if (!worker.isWoken) {
          await this.#openAlarms.tell(name, channel, { now: this.#parts.clock.now(), ...this.#limit() });
          if (!worker.isWoken) return;
        }
      }
    } catch (err) {
      this.#parts.log.error({ err, channel: name }, `The outbox of the channel ${name} could not be read or changed`);
    }
  }

  #limit() {
    return { withinMs: this.#parts.sendWithinMs ?? SEND_WITHIN_MS, stop: this.#stopping.signal };
  }

  #claim(channel: string): Promise<ClaimedMessage | undefined> {
    const { history, clock } = this.#parts;
    const leaseMs = this.#limit().withinMs + LEASE_MARGIN_MS;
    return claimMessage(history.em.fork(), { channel, now: clock.now(), leaseMs });
  }

  /** @returns whether it was delivered */
  async #attempt(name: string, channel: Channel, message: ClaimedMessage): Promise<boolean> {
    const { history, log, clock } = this.#parts;
    const em = history.em.fork();
    if (!this.#holdsLongEnough(message)) {
      await giveBack(em, message);
      return false;
    }
    const send = (signal: AbortSignal) => channel.send(message, { now: clock.now(), signal });
    const answer = await sendWithin(this.#limit(), send).catch(toError);
    if (!(answer instanceof Error)) {
      await noteDelivered(em, message, { answer, now: clock.now() });
      if (answer.problem) log.warn(factsOf(name, message), answer.problem);
      return true;
    }
    if (this.#stopping.signal.aborted) await giveBack(em, message);
    else await this.#noteFailed(name, message, answer);
    return false;
  }

  /** After a pause of the machine, or of a store that answers late, another service may have the message by the time it is sent. */
  #holdsLongEnough({ claimedUntil }: ClaimedMessage): boolean {
    return claimedUntil.getTime() - this.#parts.clock.now().getTime() > this.#limit().withinMs;
  }

  async #noteFailed(name: string, message: ClaimedMessage, error: Error): Promise<void> {
    const { history, log, clock, random = Math.random } = this.#parts;
    const failed = { error, now: clock.now(), random: random() };
    const isGivenUp = await noteFailed(history.em.fork(), message, failed);
    const facts = factsOf(name, message);
    if (isGivenUp) log.error(facts, `A message to the channel ${name} is given up after 3 days: ${error.message}`);
    else log.warn(facts, `A message could not be delivered to the channel ${name}: ${error.message}`);
  }
}

/** How a channel is, and of which type. */
export type NamedChannelState = ChannelState & Pick<Channel, 'type'>;

interface Worker {
  /** Whether the outbox may have got something since it looked last. */
  isWoken: boolean;
  ended: Promise<void>;
}

function factsOf(channel: string, { notification, attempts }: ClaimedMessage) {
  return { channel, title: notification.title, attempts };
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}

/** @returns the job that lets the delivery look what is due */
export function deliveryJob(delivery: Delivery): Job {
  return { name: 'delivery', every: { ms: 10_000 }, run: ({ now }) => delivery.deliver(now) };
}
