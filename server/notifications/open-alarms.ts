import type { Logger } from 'pino';
import { messageOf } from '../errors/error-code.ts';
import type { EntityManager, Orm } from '../history/orm.ts';
import type { Channel } from './channel.ts';
import type { NotifiedAlarm } from './notification.ts';
import { sendWithin } from './send-within.ts';

/** How often open alarms are told again, in milliseconds: Alertmanager expects that within three minutes. */
const EVERY_MS = 120_000;

/** @returns the alarms that are open and were told to a channel */
export type FindOpenAlarms = (em: EntityManager, channel: string) => Promise<readonly NotifiedAlarm[]>;

interface Parts {
  readonly history: Orm;
  readonly log: Logger;
  readonly find: FindOpenAlarms;
}

interface Turn {
  readonly now: Date;
  readonly withinMs: number;
  readonly stop: AbortSignal;
}

/** Tells channels again what is open, where the other side would forget it. */
export class OpenAlarms {
  readonly #parts: Parts;
  readonly #toldAt = new Map<string, number>();
  readonly #failures = new Map<string, { readonly since: Date; readonly error: string }>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Tells a channel all that is open, if it is time for it. Nothing else may be sent to it meanwhile: an alarm that closes would be
   * opened again by what was read before. Throws nothing that the channel throws.
   * @throws what the history throws
   */
  async tell(name: string, channel: Channel, { now, withinMs, stop }: Turn): Promise<void> {
    const { keepOpen } = channel;
    if (!keepOpen || stop.aborted || !this.#isTime(name, now)) return;
    this.#toldAt.set(name, now.getTime());
    const alarms = await this.#parts.find(this.#parts.history.em.fork(), name);
    if (alarms.length === 0) return;
    try {
      await sendWithin({ withinMs, stop }, signal => keepOpen.call(channel, alarms, { now, signal }));
      this.#failures.delete(name);
    } catch (error) {
      if (!stop.aborted) this.#note(name, { since: now, error: messageOf(error) });
    }
  }

  /** Since when, and why, a channel can't be told what is open. */
  failureOf(name: string): { readonly since: Date; readonly error: string } | undefined {
    return this.#failures.get(name);
  }

  #isTime(name: string, now: Date): boolean {
    const told = this.#toldAt.get(name);
    return told === undefined || now.getTime() - told >= EVERY_MS || now.getTime() < told;
  }

  #note(name: string, { since, error }: { readonly since: Date; readonly error: string }): void {
    const known = this.#failures.get(name);
    if (known?.error !== error)
      this.#parts.log.warn({ channel: name }, `The channel ${name} can't be told which alarms are open: ${error}`);
    this.#failures.set(name, { since: known?.since ?? since, error });
  }
}
