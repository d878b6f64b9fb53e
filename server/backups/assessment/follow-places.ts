/** Places for those that follow an upload. An upload that finds all taken gets one later, if it still arrives then. */
export class FollowPlaces {
  #free: number;
  /** In the order in which they came. */
  readonly #waiting = new Set<() => void>();

  constructor(places: number) {
    this.#free = places;
  }

  /**
   * Waits for a place, and has it until it is disposed of.
   * @param isOver aborted when a place is of no use any more
   * @returns undefined when no place was free before that
   */
  async take(isOver: AbortSignal): Promise<Disposable | undefined> {
    if (this.#free > 0) this.#free -= 1;
    else if (!(await this.#wait(isOver))) return undefined;
    return { [Symbol.dispose]: () => this.#leave() };
  }

  #wait(isOver: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (isOver.aborted) return Promise.resolve(false);
    const go = () => resolve(true);
    this.#waiting.add(go);
    const giveUp = () => {
      // Once it has been handed a place, it keeps it.
      if (this.#waiting.delete(go)) resolve(false);
    };
    isOver.addEventListener('abort', giveUp, { once: true });
    return promise;
  }

  /** The place is handed over, so that no one who comes just now gets in between. */
  #leave(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
