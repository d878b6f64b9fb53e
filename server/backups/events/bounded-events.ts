import { type EventEmitter, on } from 'node:events';

/**
 * Listens to an emitter, for a consumer that may stop taking: `most` events may wait for it and no more.
 * @param last what the consumer gets behind the events that wait, and then the end, when there would be more. It is no
 *   rejection: behind one the executor of GraphQL would wait for ever.
 * @param ends the events that end it
 * @returns the events from now on, each as the only item of an array, until one of `ends`
 */
export function boundedEvents<Event>(
  emitter: EventEmitter,
  name: string,
  { most, last, ends }: { most: number; last: Event; ends: string[] },
): AsyncIterableIterator<[Event]> {
  const overflow = new AbortController();
  const events = on(emitter, name, { close: ends, signal: overflow.signal }) as AsyncIterableIterator<[Event]>;
  let waiting = 0;
  const count = () => {
    waiting += 1;
    if (waiting > most) end();
  };
  const end = () => {
    emitter.off(name, count);
    overflow.abort();
  };
  emitter.on(name, count);
  return {
    async next() {
      try {
        const result = await events.next();
        waiting -= 1;
        if (result.done) emitter.off(name, count);
        return result;
      } catch (error) {
        if (!overflow.signal.aborted) throw error;
        return { value: [last], done: false };
      }
    },
    return() {
      emitter.off(name, count);
      return events.return!();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
