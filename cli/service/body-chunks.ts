/**
 * Reads the body of an answer until it ends or a signal aborts. The signal that a request was made with does not always end the body:
 * Node's fetch holds what joins the two weakly, so that it is gone once memory was collected.
 * @throws the signal's reason; the body's error
 */
export async function* bodyChunks(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  signals: readonly AbortSignal[],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = body?.getReader();
  if (!reader) return;
  const cancel = () => void reader.cancel().catch(() => {}); // ends the read that waits, and the connection
  for (const signal of signals) signal.addEventListener('abort', cancel);
  try {
    for (;;) {
      for (const signal of signals) signal.throwIfAborted();
      const { done, value } = await reader.read();
      for (const signal of signals) signal.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', cancel);
    cancel();
  }
}
