/**
 * Does the same work once for all who ask for it at the same time. No one gets what was begun before they asked: who comes while it
 * runs waits for the next time, together with all others who do. The work begins when the event loop has taken in all that was sent
 * until then, so that those who ask at the same moment share one work, and do not wait for a first one of which they get nothing.
 */
export class SharedWork<T> {
  readonly #last = new Map<string, Shared<T>>();

  /**
   * @param key what is asked for: equal keys share their work
   * @returns what the work returns, or throws
   */
  run(key: string, work: () => Promise<T>): Promise<T> {
    const last = this.#last.get(key);
    if (last && !last.hasBegun) return last.result;
    const shared: Shared<T> = { hasBegun: false, result: begin() };
    this.#last.set(key, shared);
    const end = () => {
      if (this.#last.get(key) === shared) this.#last.delete(key);
    };
    shared.result.then(end, end);
    return shared.result;

    async function begin(): Promise<T> {
      await last?.result.catch(ignore);
      for (let turn = 0; turn < TURNS; turn++) await new Promise(resolve => setImmediate(resolve));
      shared.hasBegun = true;
      return work();
    }
  }
}

/** One reads what was sent, the others let what stands before the work do its part: together far less than a millisecond. */
const TURNS = 3;

interface Shared<T> {
  /** From then on no one shares it any more. */
  hasBegun: boolean;
  readonly result: Promise<T>;
}

function ignore(): void {}
