/**
 * Does the same work once for all who ask for it at the same time. No one gets what was begun before they asked: who comes while it
 * runs waits for the next time, together with all others who do.
 */
export class SharedWork<T> {
  readonly #running = new Map<string, Running<T>>();

  /**
   * @param key what is asked for: equal keys share their work
   * @returns what the work returns, or throws
   */
  run(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (!running) return this.#begin(key, work);
    running.next ??= running.now.then(ignore, ignore).then(() => this.#begin(key, work));
    return running.next;
  }

  #begin(key: string, work: () => Promise<T>): Promise<T> {
    const running: Running<T> = { now: work(), next: undefined };
    this.#running.set(key, running);
    const end = () => {
      // With a next one the key is its own in a moment.
      if (!running.next) this.#running.delete(key);
    };
    running.now.then(end, end);
    return running.now;
  }
}

interface Running<T> {
  readonly now: Promise<T>;
  /** What those wait for who came while it ran. */
  next: Promise<T> | undefined;
}

function ignore(): void {}
