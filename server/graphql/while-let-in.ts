import { setTimeout as sleep } from 'node:timers/promises';

/** How often a subscription that gets no events checks whether it may go on, in milliseconds. */
const LOOK_EVERY_MS = 5_000;

interface Listener<Event> {
  /** @returns whether the one who listens may go on */
  readonly isStillLetIn: () => Promise<boolean>;
  /** @returns whether an event is for the one who listens */
  readonly isFor: (event: Event) => boolean;
  readonly lookEveryMs?: number;
}

/**
 * Hands on the events that are for a listener, and ends when it is no longer let in: before the next event, or some seconds later
 * when none comes. It begins to listen at once, as `events` does.
 */
export function whileLetIn<Event>(
  events: AsyncIterable<Event>,
  { isStillLetIn, isFor, lookEveryMs = LOOK_EVERY_MS }: Listener<Event>,
): AsyncIterableIterator<Event> {
  const iterator = events[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<Event>> | undefined;
  const end = async () => {
    // What was asked for is answered by the end.
    next?.catch(() => {});
    await iterator.return?.();
    return { value: undefined, done: true } as const;
  };
  return {
    async next() {
      for (;;) {
        next ??= iterator.next();
        const result = await withinTime(next, lookEveryMs);
        if (result?.done) return result;
        if (!(await isStillLetIn())) return end();
        if (!result) continue;
        next = undefined;
        if (isFor(result.value)) return result;
      }
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** @returns undefined when the time is over first */
async function withinTime<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const over = new AbortController();
  try {
    return await Promise.race([promise, sleep(ms, undefined, { signal: over.signal, ref: false })]);
  } finally {
    over.abort();
  }
}
