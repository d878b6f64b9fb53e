import type { Logger } from 'pino';
import { messageOf } from '../errors/error-code.ts';
import { isOneOf } from '../history/conditions.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';

/** How long a message may lie in the outbox before no channel has taken it, in milliseconds. */
const TAKEN_WITHIN_MS = 30 * 60_000;
/** How long the delivery may leave alone what is due, in milliseconds. */
const TRIED_WITHIN_MS = 5 * 60_000;

/** What the heartbeat has done so far. */
export interface HeartbeatState {
  readonly lastPingAt: Date | null;
  /** Why the last one was not sent, or did not arrive; null when it did. */
  readonly lastError: string | null;
}

interface Parts {
  readonly log: Logger;
  /** The address to ping, which may be a secret; undefined without one. */
  readonly url: () => string | undefined;
  /** The names of all that the configuration has. */
  readonly channels: () => readonly string[];
  /** @throws Error whose message names no secret */
  readonly ping: (url: string, signal: AbortSignal) => Promise<unknown>;
}

/** Shows to a program elsewhere that this service evaluates its databases and is heard: when the pings end, that one speaks up. */
export class Heartbeat {
  readonly #parts: Parts;
  #state: HeartbeatState = { lastPingAt: null, lastError: null };

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Undefined without an address. */
  get state(): HeartbeatState | undefined {
    return this.#parts.url() === undefined ? undefined : this.#state;
  }

  /** Called after each evaluation. Pings if the outbox moves. Never throws. */
  async beat(em: EntityManager, { now, signal }: { readonly now: Date; readonly signal: AbortSignal }): Promise<void> {
    const { log, url, channels, ping } = this.#parts;
    const address = url();
    if (address === undefined) return;
    try {
      const stuck = await whyStuck(em, { channels: channels(), now });
      if (stuck !== undefined) throw new Error(`No ping was sent, since ${stuck}`);
      await ping(address, signal);
      this.#state = { lastPingAt: now, lastError: null };
    } catch (error) {
      if (signal.aborted) return;
      const lastError = messageOf(error);
      if (lastError !== this.#state.lastError) log.warn(`Heartbeat: ${lastError}`);
      this.#state = { ...this.#state, lastError };
    }
  }
}

/** @returns why the outbox of these channels does not move; undefined when it does */
export async function whyStuck(
  em: EntityManager,
  { channels, now }: { readonly channels: readonly string[]; readonly now: Date },
): Promise<string | undefined> {
  const waiting = waitingFor(channels);
  for (const channel of channels) {
    const head = waiting.where('o.channel', '=', channel).where('o.refused_at', 'is', null).orderBy('o.id').limit(1);
    const [next] = await readRows(em, head.select('o.next_attempt_at as nextAttemptAt'));
    if (next && next.nextAttemptAt < before(now, TRIED_WITHIN_MS))
      return `a message to the channel ${channel} is due and no one sends it`;
  }
  const untaken = waiting
    .where('o.made_at', '<', before(now, TAKEN_WITHIN_MS))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('outbox as other')
            .whereRef('other.dedupe_key', '=', 'o.dedupe_key')
            .where('other.delivered_at', 'is not', null)
            .select('other.id'),
        ),
      ),
    );
  const [unheard] = await readRows(em, untaken.limit(1).select(['o.channel', 'o.made_at as madeAt']));
  return (
    unheard && `no channel has taken a message of ${unheard.madeAt.toISOString()} (it waits for ${unheard.channel})`
  );
}

function waitingFor(channels: readonly string[]) {
  return query
    .selectFrom('outbox as o')
    .where('o.delivered_at', 'is', null)
    .where('o.given_up_at', 'is', null)
    .where(({ ref }) => isOneOf(ref('o.channel'), channels));
}

function before(now: Date, ms: number): Date {
  return new Date(now.getTime() - ms);
}
