/** How far the clock goes in one of its ticks is what makes it fast; the ticks are as long as any other timer's. */
const TICK_MS = 5;
const NEVER_MS = 2 ** 31 - 1;

/**
 * Makes `setTimeout` run faster, in its own time: however long this process has to wait for its turn on a busy machine, that is one
 * tick. So nothing times out only because the machine was busy.
 */
export class FastClock implements Disposable {
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;
  readonly #waiting = new Map<NodeJS.Timeout, { readonly at: number; readonly call: () => void }>();
  readonly #ticking: NodeJS.Timeout;
  #now = 0;

  /** @param factor how many times as fast */
  constructor(factor: number) {
    globalThis.setTimeout = ((callback: (...args: unknown[]) => void, delay = 0, ...rest: unknown[]) => {
      const handle = this.#setTimeout(() => {}, NEVER_MS);
      this.#waiting.set(handle, { at: this.#now + delay, call: () => callback(...rest) });
      return handle;
    }) as typeof setTimeout;
    globalThis.clearTimeout = handle => this.#clear(handle);
    this.#ticking = setInterval(() => this.#tick(TICK_MS * factor), TICK_MS);
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#setTimeout;
    globalThis.clearTimeout = this.#clearTimeout;
    clearInterval(this.#ticking);
    for (const handle of this.#waiting.keys()) this.#clear(handle);
  }

  /** Milliseconds of this clock since it was made. */
  protected get now(): number {
    return this.#now;
  }

  #tick(ms: number): void {
    this.#now += ms;
    for (const [handle, { at, call }] of this.#waiting) {
      if (at > this.#now || !this.#waiting.has(handle)) continue;
      this.#clear(handle);
      call();
    }
  }

  #clear(handle: Parameters<typeof clearTimeout>[0]): void {
    this.#waiting.delete(handle as NodeJS.Timeout);
    this.#clearTimeout(handle);
  }
}

/**
 * The clock of this process alone: `setTimeout` and `performance.now()` count the time in which it has its turn. A limit that the code
 * sets is then as long on a busy machine as on a quiet one.
 */
export class OwnClock extends FastClock {
  constructor() {
    super(1);
    performance.now = () => this.now;
  }

  override [Symbol.dispose](): void {
    // What belongs to the object hides what its class has.
    Reflect.deleteProperty(performance, 'now');
    super[Symbol.dispose]();
  }
}
