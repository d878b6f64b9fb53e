import { nextTurn } from '../../process/turns.ts';

/** Up to so many characters a manifest takes a millisecond or two, and little memory. */
const SMALL = 64 * 1024;

let last: Promise<unknown> = Promise.resolve();

/**
 * Lets work on large manifests be done one at a time, each beginning in a turn of the event loop of its own: 8 MiB of JSON
 * become 100 MiB of objects, and hold everything else up for 40 to 100 ms. Small ones wait for nothing.
 * @param size of the manifest, in characters
 */
export function manifestTurn<T>(size: number, work: () => Promise<T> | T): Promise<T> {
  if (size <= SMALL) return Promise.resolve().then(work);
  const result = last.then(nextTurn).then(work);
  last = result.catch(() => undefined);
  return result;
}
