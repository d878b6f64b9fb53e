const TICK_MS = 5;

/**
 * How long something takes in the time of this process: however long it has to wait for its turn on a busy machine, that is one
 * tick. For what happens within this process, as another one has its own time.
 */
export class OwnTime implements Disposable {
  readonly #ticking = setInterval(() => (this.#ticks += 1), TICK_MS);
  #ticks = 0;

  /** Milliseconds since it was made. */
  get ms(): number {
    return this.#ticks * TICK_MS;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#ticking);
  }
}
