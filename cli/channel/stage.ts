import type { Receiver, Sender } from './channel.ts';
import { Group } from './group.ts';
import type { Cancellable } from './operation.ts';

/** What a stage is made of. */
export interface StageDefinition<In, Out> extends Cancellable {
  /** The inbound channel. Several workers, or several stages, may share it (fan-out): each value goes to one of them. */
  readonly from: Receiver<In>;
  /** The outbound channel, for this stage alone to send to and to close. Without one the stage is a sink. */
  readonly to?: Sender<Out>;
  /** Makes one outbound value of one inbound value. The signal aborts when the stage is to stop. */
  readonly work: (value: In, options: { readonly signal: AbortSignal }) => NoInfer<Out> | Promise<NoInfer<Out>>;
  /** How many values are worked on at a time: 1 unless given. With more than one, results overtake each other. */
  readonly workers?: number;
}

/**
 * Runs one stage of a pipeline: workers that range over the inbound channel and send what `work` makes of each value
 * downstream. The outbound channel is closed when the last worker has ended, for any reason, so that the stages
 * downstream end as well. An outbound channel that ends therefore doesn't mean success; that the promise resolves does.
 *
 * When `work` fails, the stage aborts its other workers, waits for them, and throws. It then receives no more, and
 * upstream would wait forever to send; but the error isn't theirs to find in a channel. Run all the stages in one
 * `Group`, and give each its signal: the error aborts that, which frees all that wait.
 *
 * ```ts
 * group.go(signal => stage({ from: paths, to: digests, work: digest, workers: 4, signal }));
 * ```
 *
 * @returns resolves when the inbound channel has ended and every result has been sent
 * @throws the first error of `work`, or the signal's reason; values in the workers' hands are dropped
 * @throws {RangeError} unless `workers` is a whole number from 1
 * @see https://go.dev/blog/pipelines
 */
export async function stage<In, Out = unknown>(definition: StageDefinition<In, Out>): Promise<void> {
  const { from, to, work, workers = 1, signal } = definition;
  try {
    if (!Number.isSafeInteger(workers) || workers < 1)
      throw new RangeError(`Cannot run a stage with ${String(workers)} workers: it must be a whole number from 1`);
    const group = new Group({ signal });
    for (let started = 0; started < workers; started++)
      group.go(async signal => {
        for await (const value of from.values({ signal })) {
          const result = await work(value, { signal });
          await to?.send(result, { signal });
        }
      });
    await group.wait();
  } finally {
    to?.close();
  }
}
