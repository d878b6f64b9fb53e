/**
 * One send or one receive that has not happened yet: what `Channel#sending` and `Channel#receiving` make and what
 * `select` chooses from. It has no effect until it is attempted or parked, and may be used again.
 */
export interface Operation<Result> {
  /**
   * Does the operation, if that needs no waiting.
   *
   * @returns its result, boxed (a result may itself be `undefined`), or `undefined` if it would have to wait
   * @throws what the operation fails with
   */
  attempt(): { readonly result: Result } | undefined;

  /**
   * Queues up for the operation after an attempt that failed. The channel settles the waiter once, later: never before
   * this returns.
   *
   * @returns withdraws the waiter; without effect once it has been settled
   */
  park(waiter: Waiter<Result>): () => void;
}

/** Receives, once, the result of a parked operation. */
export interface Waiter<Result> {
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

/** The options of everything here that may have to wait. */
export interface Cancellable {
  /** Ends the waiting: what waits is withdrawn and rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}
