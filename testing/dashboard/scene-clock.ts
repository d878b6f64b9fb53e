import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { followClock } from '../machine/set-clock.ts';

/** The time of this process, and so of a service in it. */
export class SceneClock implements Disposable {
  readonly #file: string;
  #following: Disposable | undefined;

  /** @param file that it may write */
  constructor(file: string) {
    this.#file = file;
  }

  /** Moves it: forward only. Timers that would have rung meanwhile ring. */
  async set(to: Date): Promise<void> {
    if (this.#following && to.getTime() <= Date.now()) return;
    // Its reader takes the new time or the old one, never half.
    writeFileSync(`${this.#file}.new`, String(to.getTime()));
    renameSync(`${this.#file}.new`, this.#file);
    this.#following ??= followClock(this.#file);
    while (Date.now() < to.getTime()) await sleep(5);
  }

  [Symbol.dispose](): void {
    this.#following?.[Symbol.dispose]();
  }
}
