interface Limits {
  /** How many tasks run at a time. */
  readonly places: number;
  /** How much a task may do before it makes room for another that waits. */
  readonly slice: number;
  /** How many tasks that take more than a slice may have begun, running or not: each keeps memory. */
  readonly maxBegun: number;
}

/** By it a task gives others their turn. */
export interface Turn {
  /** So much was done. Resolves when the task may go on. */
  used(amount: number): Promise<void> | void;
}

interface Waiting {
  /** How much it has done. */
  readonly done: number;
  readonly go: () => void;
}

/** One place in four goes to the task that has waited longest: otherwise small tasks without end would stop the large ones. */
const OLDEST_EVERY = 4;

/**
 * Shares a few places among many tasks of very different size. The task that has done least so far goes first, so that a
 * small task waits for no more than the slices that are running, however many large ones there are.
 */
export class FairTurns {
  readonly #slice: number;
  readonly #maxBegun: number;
  /** Tasks that wait for a place, in the order in which they came. */
  readonly #queue: Waiting[] = [];
  /** Large tasks that have not begun. */
  readonly #notBegun: Array<() => void> = [];
  #free: number;
  #begun = 0;
  #granted = 0;

  constructor({ places, slice, maxBegun }: Limits) {
    this.#slice = slice;
    this.#maxBegun = maxBegun;
    this.#free = places;
  }

  /**
   * Runs a task in its turns.
   * @param size how much there is to do, at most
   */
  async run<T>(size: number, task: (turn: Turn) => Promise<T>): Promise<T> {
    const isLarge = size > this.#slice;
    if (isLarge) await this.#begin();
    await this.#enter(0);
    try {
      return await task(this.#turn());
    } finally {
      this.#leave();
      if (isLarge) this.#end();
    }
  }

  /**
   * Waits for a place and has it until it is disposed of: for one step, of two slices at most, of a task that has nothing to do
   * between its steps.
   * @param done how much the task has done so far
   */
  async place(done: number): Promise<Disposable> {
    await this.#enter(done);
    return { [Symbol.dispose]: () => this.#leave() };
  }

  #turn(): Turn {
    let [done, sinceTurn] = [0, 0];
    return {
      used: amount => {
        done += amount;
        sinceTurn += amount;
        if (sinceTurn < this.#slice || this.#queue.length === 0) return;
        sinceTurn = 0;
        this.#leave();
        return this.#enter(done);
      },
    };
  }

  async #enter(done: number): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>(go => this.#queue.push({ done, go }));
  }

  /** The place is handed over, so that no task that comes just now gets in between. */
  #leave(): void {
    const next = this.#takeNext();
    if (next) next.go();
    else this.#free += 1;
  }

  #takeNext(): Waiting | undefined {
    this.#granted += 1;
    let best = 0;
    if (this.#granted % OLDEST_EVERY !== 0)
      for (const [at, { done }] of this.#queue.entries()) if (done < this.#queue[best]!.done) best = at;
    return this.#queue.splice(best, 1)[0];
  }

  async #begin(): Promise<void> {
    if (this.#begun < this.#maxBegun) this.#begun += 1;
    else await new Promise<void>(go => this.#notBegun.push(go));
  }

  #end(): void {
    const next = this.#notBegun.shift();
    if (next) next();
    else this.#begun -= 1;
  }
}
