import type { Cancellable, Operation, Waiter } from './operation.ts';
import { Queue } from './queue.ts';
import { select } from './select.ts';

/**
 * A typed conduit between concurrent functions, as in Go: values come out in the order in which they went in, each to
 * one receiver. Any value may travel, `undefined` too.
 *
 * Without a buffer, a send completes only when a receiver has taken its value. With one, sends run ahead of the
 * receivers by up to `capacity` values.
 *
 * ```ts
 * const channel = new Channel<string>();
 * void channel.send('Terima kasih').then(() => channel.close());
 * for await (const word of channel) console.log(word);
 * ```
 *
 * @see https://go.dev/ref/spec#Channel_types
 */
export class Channel<T> implements AsyncIterable<T, undefined>, Disposable {
  readonly #capacity: number;
  readonly #buffer = new Queue<T>();
  readonly #senders = new Queue<{ value: T; waiter: Waiter<void> }>();
  readonly #receivers = new Queue<Waiter<IteratorResult<T, undefined>>>();
  #closed = false;

  /**
   * @param capacity of the buffer; without one, sender and receiver meet
   * @throws {RangeError} unless the capacity is a whole number from 0
   */
  constructor(capacity = 0) {
    if (!Number.isSafeInteger(capacity) || capacity < 0)
      throw new RangeError(`Cannot make a channel of capacity ${String(capacity)}: it must be a whole number from 0`);
    this.#capacity = capacity;
  }

  /** How many values the buffer holds before senders wait. */
  get capacity(): number {
    return this.#capacity;
  }

  /** How many values lie in the buffer; those of waiting senders don't count. */
  get length(): number {
    return this.#buffer.length;
  }

  /** Whether `close` was called; there may still be values to receive. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Sends a value, waiting for a receiver or for room in the buffer.
   *
   * @param value what the receiver gets
   * @param options `signal` ends the waiting; the value then was not sent
   * @throws {ChannelClosedError} if the channel is closed, or gets closed while this waits
   * @throws the signal's reason, if that aborts first; an aborted signal never sends, even if there is room
   * @see https://go.dev/ref/spec#Send_statements
   */
  async send(value: T, options?: Cancellable): Promise<void> {
    await select([this.sending(value)], options);
  }

  /**
   * Receives the oldest value, waiting for one.
   *
   * @param options `signal` ends the waiting; no value is lost by that
   * @returns the value, or `done` when the channel is closed and drained: Go's `value, ok := <-channel`
   * @throws the signal's reason, if that aborts first; an aborted signal never receives, even if there is a value
   * @see https://go.dev/ref/spec#Receive_operator
   */
  async receive(options?: Cancellable): Promise<IteratorResult<T, undefined>> {
    return (await select([this.receiving()], options)).result;
  }

  /**
   * Ends the channel. What is buffered can still be received; senders that wait, and all later ones, fail with a
   * `ChannelClosedError`; waiting receivers get that it is done. Closing again does nothing.
   *
   * It is for the sending side to call, once nothing is left to send: it means "no more", not "stop". To stop, abort
   * the signal.
   *
   * @see https://go.dev/ref/spec#Close
   */
  close(): void {
    this.#closed = true;
    for (const { value, waiter } of this.#senders.drain()) waiter.reject(new ChannelClosedError(value));
    for (const waiter of this.#receivers.drain()) waiter.resolve({ done: true, value: undefined });
  }

  /** `using` closes the channel at the end of the block: Go's `defer close(channel)`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Receives until the channel is closed and drained: Go's `for value := range channel`. Leaving the loop early does
   * not close the channel; other receivers, or another loop, carry on with what is left.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return this.values();
  }

  /**
   * The same loop, with options: `for await (const value of channel.values({ signal }))`.
   *
   * @param options `signal` ends the waiting, and with it the loop, by throwing the signal's reason
   */
  values(options?: Cancellable): AsyncIterableIterator<T, undefined> {
    const iterator = { next: () => this.receive(options), [Symbol.asyncIterator]: () => iterator };
    return iterator;
  }

  /** @returns the operation of sending this value, for `select` */
  sending(value: T): Operation<void> {
    return {
      attempt: () => this.#trySend(value),
      park: waiter => {
        const place = this.#senders.push({ value, waiter });
        return () => this.#senders.remove(place);
      },
    };
  }

  /** @returns the operation of receiving, for `select` */
  receiving(): Operation<IteratorResult<T, undefined>> {
    return {
      attempt: () => this.#tryReceive(),
      park: waiter => {
        const place = this.#receivers.push(waiter);
        return () => this.#receivers.remove(place);
      },
    };
  }

  #trySend(value: T): { result: undefined } | undefined {
    if (this.#closed) throw new ChannelClosedError(value);
    const receiver = this.#receivers.shift();
    if (receiver) receiver.resolve({ done: false, value });
    else if (this.length < this.capacity) this.#buffer.push(value);
    else return undefined;
    return { result: undefined };
  }

  #tryReceive(): { result: IteratorResult<T, undefined> } | undefined {
    // The oldest waiting sender moves up before the front value leaves. That keeps the order, and serves a channel
    // without a buffer too: the value then only passes through.
    const sender = this.#senders.shift();
    if (sender) {
      this.#buffer.push(sender.value);
      sender.waiter.resolve();
    }
    if (this.length > 0) return { result: { done: false, value: this.#buffer.shift() as T } };
    return this.#closed ? { result: { done: true, value: undefined } } : undefined;
  }
}

/** The end of a channel that sends and closes: Go's `chan<- T`. */
export type Sender<T> = Pick<Channel<T>, 'send' | 'sending' | 'close' | typeof Symbol.dispose>;

/** The end of a channel that receives: Go's `<-chan T`. */
export type Receiver<T> = Pick<Channel<T>, 'receive' | 'receiving' | 'values' | typeof Symbol.asyncIterator>;

/** A value was to be sent to a closed channel. Go panics here. */
export class ChannelClosedError extends Error {
  override readonly name = 'ChannelClosedError';
  readonly #value: unknown;

  constructor(value: unknown) {
    super('Cannot send a value: the channel is closed');
    this.#value = value;
  }

  /** The value that was not sent. Not in the message, nor shown when the error is logged: it may hold a secret. */
  get value(): unknown {
    return this.#value;
  }
}
