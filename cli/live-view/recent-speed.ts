/** Over how long a speed is measured: long enough not to jump, short enough to show a standstill. */
const WINDOW_MS = 5000;

/** From shorter times a speed is a guess. */
const LEAST_MS = 1000;

/** Measures how fast something goes, in bytes per second, over its last seconds. */
export class RecentSpeed {
  readonly #samples: { readonly time: number; readonly bytes: number }[];
  readonly #now: () => number;

  /** @param bytes how many were done when it began @param now in milliseconds */
  constructor(bytes: number, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#samples = [{ time: now(), bytes }];
  }

  /** @param bytes how many are done now; fewer than before mean that the work was restarted @returns undefined while it is too early to say */
  at(bytes: number): number | undefined {
    const time = this.#now();
    if (bytes < this.#samples.at(-1)!.bytes) this.#samples.splice(0, this.#samples.length, { time, bytes: 0 });
    this.#samples.push({ time, bytes });
    while (this.#samples.length > 2 && this.#samples[1]!.time <= time - WINDOW_MS) this.#samples.shift();
    const [first] = this.#samples as [{ time: number; bytes: number }];
    const elapsed = time - first.time;
    return elapsed < LEAST_MS ? undefined : ((bytes - first.bytes) * 1000) / elapsed;
  }
}
