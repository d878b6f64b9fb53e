import { Channel } from './channel.ts';
import { Group } from './group.ts';
import { stage } from './stage.ts';

export interface InOrderOptions {
  /** How many are worked on at a time. */
  readonly workers: number;
  readonly signal: AbortSignal;
}

/**
 * Works on several at once.
 * @returns the results in the order of what they were made of
 * @throws the first error of `work`, or the signal's reason when aborted
 */
export async function inOrder<In, Out>(
  values: readonly In[],
  { workers, signal }: InOrderOptions,
  work: (value: In) => Promise<Out>,
): Promise<Out[]> {
  const results = new Array<Out>(values.length);
  const places = new Channel<number>();
  const settle = async (place: number) => {
    results[place] = await work(values[place]!);
  };
  const group = new Group({ signal });
  group.go(async signal => {
    using _closing = places;
    for (const place of values.keys()) await places.send(place, { signal });
  });
  group.go(signal => stage({ from: places, work: settle, workers, signal }));
  await group.wait();
  return results;
}
