/**
 * Runs tasks of one key one after the other, in the order of the calls; tasks of different keys run at the same time.
 * @param queues holds the last task of each key; entries go away with their last task
 */
export async function keyedMutex<T>(
  queues: Map<string, Promise<unknown>>,
  key: string,
  task: () => Promise<T>,
): Promise<T> {
  const before = queues.get(key) ?? Promise.resolve();
  const own = before.then(task, task);
  queues.set(key, own);
  try {
    return await own;
  } finally {
    if (queues.get(key) === own) queues.delete(key);
  }
}
