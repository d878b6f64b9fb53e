import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';

// What the tests see of promises and signals; no part of the library.

/** @returns the state of the promise once everything has run that can run by itself */
export async function stateOf(promise: Promise<unknown>): Promise<'resolved' | 'rejected' | 'pending'> {
  const settled = promise.then(
    () => 'resolved' as const,
    () => 'rejected' as const,
  );
  return Promise.race([settled, setImmediate('pending' as const)]);
}

/** @returns what the promise rejects with */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    value => {
      throw new Error(`Resolved, with ${String(value)}`);
    },
    reason => reason,
  );
}

/** @returns how many listen for the signal's abort */
export function listenersOn(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length;
}

/**
 * @param seed the same seed gives the same numbers
 * @returns makes whole numbers from 0 to below the limit (mulberry32)
 */
export function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return limit => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) % limit;
  };
}
