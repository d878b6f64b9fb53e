import { nextTurn } from '../process/turns.ts';

/** So many values are resolved before others get their turn: a few milliseconds. */
const VALUES_A_TURN = 2_500;
/** Items behind one another are looked up in one statement; of more than so many that would take too long. */
const ITEMS_A_TURN = 250;

/** Hands out the items of one request's lists piece by piece, so that a long answer does not keep everyone else waiting. */
export class Throttle {
  readonly #queue: Array<{ readonly values: number; readonly release: () => void }> = [];
  #isRunning = false;

  /** @param values how many fields are asked of the item @returns the item, when its turn has come */
  pass<Item>(item: Item, values: number): Promise<Item> {
    const { promise, resolve } = Promise.withResolvers<Item>();
    this.#queue.push({ values, release: () => resolve(item) });
    if (!this.#isRunning) void this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let at = 0; this.#queue.length > 0; at = 0) {
      await nextTurn();
      for (let values = 0; at < this.#queue.length && at < ITEMS_A_TURN && values < VALUES_A_TURN; at++) {
        const { release, ...next } = this.#queue[at]!;
        values += next.values;
        release();
      }
      this.#queue.splice(0, at);
    }
    this.#isRunning = false;
  }
}
