/** How long a write waits for those before it. A transaction takes as long as the storage does to keep a record. */
const PATIENCE_MS = 30_000;

/** Lets one after the other write, in the order in which they asked. */
export class WriteTurns {
  readonly #waiting: Array<() => void> = [];
  readonly #patienceMs: number;
  #isTaken = false;

  constructor(patienceMs = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  /**
   * @returns what ends the turn; a second call does nothing
   * @throws Error with SQLite's code for busy when the turn does not come in time
   */
  async take(): Promise<() => void> {
    if (this.#isTaken) await this.#wait();
    this.#isTaken = true;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#isTaken = false;
    };
  }

  #wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(new BusyError(`other writes to the history have taken more than ${this.#patienceMs / 1000} s`));
      }, this.#patienceMs);
      const turn = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#waiting.push(turn);
    });
  }
}

class BusyError extends Error {
  readonly errcode = 5;
}
