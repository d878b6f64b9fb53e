import type { Notification, NotifiedAlarm } from './notification.ts';

/** A way to tell people or programs something. Each kind of it is one file of `channels/`. */
export interface Channel {
  /** Such as `mail`. */
  readonly type: string;
  /**
   * Sends a message, once. It may come twice: when the answer is lost, it is sent again under the same id.
   * @param options `now` is the time for what is signed or dated; `signal` ends the sending
   * @throws DeliveryError, or any other error, of which the message names no secret
   */
  send(message: OutgoingMessage, options: SendOptions): Promise<Answer>;
  /**
   * Where the other side forgets what it is not told again and again: tells it all alarms that are open. Never runs beside `send`.
   * @throws as `send`
   */
  keepOpen?(alarms: readonly NotifiedAlarm[], options: SendOptions): Promise<Answer>;
}

export interface OutgoingMessage {
  /** The same for each attempt, and for no other message: letters and digits. */
  readonly id: string;
  readonly notification: Notification;
}

export interface SendOptions {
  readonly now: Date;
  readonly signal: AbortSignal;
}

export interface Answer {
  /** What the other side answered, in one line. */
  readonly text: string;
  /** What was not quite right although it took the message, such as one of several recipients that it refused. */
  readonly problem?: string | undefined;
}

interface Failure {
  /** The other side refused this message itself, so that another one may well pass. */
  readonly isAboutMessage?: boolean;
  /** When the other side wants to be asked again, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** A message that was not taken. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly isAboutMessage: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { isAboutMessage = false, retryAfterMs, cause }: Failure = {}) {
    super(message, { cause });
    this.isAboutMessage = isAboutMessage;
    this.retryAfterMs = retryAfterMs;
  }
}
