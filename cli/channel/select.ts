import type { Cancellable, Operation } from './operation.ts';
import { whenAborted } from './when-aborted.ts';

/**
 * Does exactly one of the operations: one of those that are ready, each with the same chance, or else the first to
 * become ready. The others are withdrawn and have no effect.
 *
 * ```ts
 * const { index, result } = await select([jobs.receiving(), results.sending(42)], { signal });
 * if (index === 0 && !result.done) start(result.value);
 * ```
 *
 * @param operations from `receiving()` and `sending(value)` of channels. An `undefined` is never ready, like a nil
 *   channel in Go: a loop puts it in place of a channel that has ended. With nothing to choose from, it waits for
 *   the signal.
 * @param options `signal` ends the waiting; once it has aborted not even a ready operation is done
 * @returns which operation was done, and its result
 * @throws {ChannelClosedError} if the operation chosen was to send to a closed channel
 * @throws the signal's reason, if that came first
 * @see https://go.dev/ref/spec#Select_statements
 */
export async function select<const Operations extends Choices>(
  operations: Operations,
  { signal }: Cancellable = {},
): Promise<Selected<Operations>> {
  signal?.throwIfAborted();
  return trySelect(operations) ?? (await firstReady(operations, signal));
}

/**
 * The select that doesn't wait, like one with a `default` case in Go.
 *
 * @param operations as for `select`
 * @returns which operation was done, and its result, or `undefined` if none is ready
 * @throws {ChannelClosedError} if the operation chosen was to send to a closed channel
 */
export function trySelect<const Operations extends Choices>(operations: Operations): Selected<Operations> | undefined {
  const untried = [...operations.keys()];
  while (untried.length > 0) {
    const index = drawFrom(untried);
    const ready = operations[index]?.attempt();
    if (ready) return { index, result: ready.result } as Selected<Operations>;
  }
  return undefined;
}

type Choices = readonly (Operation<unknown> | undefined)[];

/** For each operation its index and the type of its result: the index tells the results apart. */
export type Selected<Operations extends Choices> = {
  [Index in keyof Operations]: NonNullable<Operations[Index]> extends Operation<infer Result>
    ? { readonly index: Index extends `${infer Position extends number}` ? Position : number; readonly result: Result }
    : never;
}[number];

/** Parks all of them. The first one that happens, or the abort, withdraws all the others. */
function firstReady<Operations extends Choices>(
  operations: Operations,
  signal: AbortSignal | undefined,
): Promise<Selected<Operations>> {
  return new Promise((resolve, reject) => {
    const withdrawals: (() => void)[] = [];
    // At once, not in a `finally` of the promise: by the time that ran, a loser might have been done as well.
    const settle = (outcome: () => void) => {
      for (const withdraw of withdrawals) withdraw();
      outcome();
    };
    for (const [index, operation] of operations.entries()) {
      if (!operation) continue;
      const withdraw = operation.park({
        resolve: result => settle(() => resolve({ index, result } as Selected<Operations>)),
        reject: reason => settle(() => reject(reason)),
      });
      withdrawals.push(withdraw);
    }
    if (signal) withdrawals.push(whenAborted(signal, () => settle(() => reject(signal.reason))));
  });
}

/** Takes one out at random. Only a uniform order makes the first one that is ready a uniform choice. */
function drawFrom(indexes: number[]): number {
  const position = Math.floor(Math.random() * indexes.length);
  const index = indexes[position]!;
  indexes[position] = indexes.at(-1)!;
  indexes.pop();
  return index;
}
