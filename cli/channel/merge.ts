import type { Receiver, Sender } from './channel.ts';
import { Group } from './group.ts';
import type { Cancellable } from './operation.ts';

/** What is to be merged. */
export interface Merge<T> extends Cancellable {
  /** The inbound channels. */
  readonly from: Iterable<Receiver<T>>;
  /** The outbound channel, for this merge alone to send to and to close. */
  readonly to: Sender<T>;
}

/**
 * Sends what comes in by several channels out by one (fan-in), each channel's values in their order. Like a stage, it
 * closes the outbound channel when it ends, for any reason, and belongs in a `Group`.
 *
 * ```ts
 * group.go(signal => merge({ from: [odd, even], to: numbers, signal }));
 * ```
 *
 * @returns resolves when every inbound channel has ended and all of it has been sent
 * @throws the signal's reason; up to one value of each inbound channel is then dropped
 * @see https://go.dev/blog/pipelines
 */
export async function merge<T>({ from, to, signal }: Merge<T>): Promise<void> {
  const group = new Group({ signal });
  try {
    for (const inbound of from)
      group.go(async signal => {
        for await (const value of inbound.values({ signal })) await to.send(value, { signal });
      });
    await group.wait();
  } finally {
    to.close();
  }
}
