/**
 * Calls back once if the signal aborts. However many wait on a signal, it has one listener, and no listener when no one
 * waits: adding a listener to a target that has n of them takes O(n) in Node and Deno, which would make a hundred
 * thousand senders that share a group's signal take seconds to park.
 *
 * @param signal not yet aborted
 * @param callback a function of its own for each call; it has to stop watching itself
 * @returns stops watching; without effect the second time
 */
export function whenAborted(signal: AbortSignal, callback: () => void): () => void {
  let callbacks = callbacksOf.get(signal);
  if (!callbacks) {
    callbacks = new Set();
    callbacksOf.set(signal, callbacks);
    signal.addEventListener('abort', callBack);
  }
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    callbacksOf.delete(signal);
    signal.removeEventListener('abort', callBack);
  };
}

const callbacksOf = new WeakMap<AbortSignal, Set<() => void>>();

function callBack({ currentTarget }: Event): void {
  for (const callback of callbacksOf.get(currentTarget as AbortSignal) ?? []) callback();
}
