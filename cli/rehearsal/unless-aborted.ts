import { whenAborted } from '../channel/when-aborted.ts';

/** @returns what a promise resolves to @throws what it rejects with; the signal's reason when that is aborted first */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = whenAborted(signal, () => reject(signal.reason));
  try {
    return await Promise.race([work, promise]);
  } finally {
    stop();
  }
}
