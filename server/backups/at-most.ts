/**
 * Lets so many tasks run at a time; the others wait, in the order in which they came.
 * @returns what runs a task, and resolves or rejects as that does
 */
export function atMost(count: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: Array<() => void> = [];
  let free = count;
  return async task => {
    if (free > 0) free -= 1;
    else await new Promise<void>(resolve => waiting.push(resolve));
    try {
      return await task();
    } finally {
      // Whoever waits takes the place over, so that nobody who comes just now gets in between.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
