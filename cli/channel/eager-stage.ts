import type { Sender } from './channel.ts';
import { Group } from './group.ts';
import type { StageDefinition } from './stage.ts';

/** What an eager stage is made of. */
export interface EagerStageDefinition<In, Out> extends Omit<StageDefinition<In, Out>, 'to' | 'workers'> {
  readonly to: Sender<Out>;
  /** So many results may wait to be taken before no more values are received. */
  readonly mostUnsent: number;
}

/**
 * Runs a stage that receives each value at once, however many it works on. So its work never holds up the stage before it; that
 * its results are not taken does.
 *
 * @returns resolves when the inbound channel has ended and every result has been sent; the outbound channel is closed then
 * @throws the first error of `work`, or the signal's reason
 */
export async function eagerStage<In, Out>(definition: EagerStageDefinition<In, Out>): Promise<void> {
  const { from, to, work, mostUnsent, signal } = definition;
  using _closing = to;
  const group = new Group({ signal });
  let unsent = 0;
  let sent = Promise.withResolvers<void>();
  const workOn = async (value: In, signal: AbortSignal) => {
    const result = await work(value, { signal });
    unsent++;
    try {
      await to.send(result, { signal });
    } finally {
      unsent--;
      sent.resolve();
      sent = Promise.withResolvers();
    }
  };
  // It is a task of the group, too, so that a failure of the work ends the receiving.
  group.go(async signal => {
    for await (const value of from.values({ signal })) {
      group.go(signal => workOn(value, signal));
      while (unsent >= mostUnsent) await sent.promise;
    }
  });
  await group.wait();
}
