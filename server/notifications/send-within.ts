interface Limit {
  /** How long it may take, in milliseconds. */
  readonly withinMs: number;
  /** Ends it earlier. */
  readonly stop: AbortSignal;
}

/**
 * Lets a channel send, and waits no longer than it may take, also where the channel does not heed the signal.
 * @throws what it throws; Error when it takes too long, or is stopped
 */
export async function sendWithin<T>({ withinMs, stop }: Limit, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), withinMs);
  const signal = AbortSignal.any([timeout.signal, stop]);
  const late = Promise.withResolvers<never>();
  const onAbort = () => late.reject(new Error(`did not answer within ${withinMs / 1000} s`));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([send(signal), late.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
