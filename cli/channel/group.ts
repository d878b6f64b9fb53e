import type { Cancellable } from './operation.ts';

/**
 * Tasks that live and fail together, after Go's errgroup: the first error aborts the signal of all the others, and
 * `wait` throws it once every one of them has ended.
 *
 * ```ts
 * const group = new Group();
 * group.go(signal => download(first, { signal }));
 * group.go(signal => download(second, { signal }));
 * await group.wait();
 * ```
 *
 * @see https://pkg.go.dev/golang.org/x/sync/errgroup
 */
export class Group {
  /** Aborts with the first error of a task, or with the outer signal. */
  readonly signal: AbortSignal;
  readonly #failure = new AbortController();
  readonly #running = new Set<Promise<void>>();

  /** @param options `signal` aborts the group's own signal along with it */
  constructor({ signal }: Cancellable = {}) {
    const own = this.#failure.signal;
    // `any` holds on to the outer signal weakly: no listener stays there, however long that lives.
    this.signal = signal ? AbortSignal.any([signal, own]) : own;
  }

  /**
   * Starts a task at once. A task may start others.
   *
   * @param task is given the group's signal and should end soon after that aborts: `wait` waits for it in any case
   */
  go(task: (signal: AbortSignal) => Promise<void>): void {
    const running = this.#run(task);
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  /**
   * Waits until every task has ended, those started meanwhile too. Not for a task of this group to call.
   *
   * @throws the signal's reason, if any task failed: the first error, or what the outer signal was aborted with. If all
   *   of them succeeded, an abort from outside is not a failure.
   */
  async wait(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#failure.signal.aborted) throw this.signal.reason;
  }

  /** Never rejects, so that a failure before `wait()` isn't an unhandled one. */
  async #run(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await task(this.signal);
    } catch (error) {
      this.#failure.abort(error);
    }
  }
}
