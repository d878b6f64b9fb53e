import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openHistory } from '../../server/history/orm.ts';
import { noteSeen, UNSEEN_MS } from '../../server/jobs/unseen-times.ts';
import { followClock } from '../machine/set-clock.ts';

/** The time of this process, and so of a service in it. */
export class SceneClock implements Disposable {
  readonly #file: string;
  readonly #historyUrl: string;
  #following: Disposable | undefined;

  /** @param file that it may write @param historyUrl of the service, which is to believe that it saw the time pass */
  constructor(file: string, historyUrl: string) {
    [this.#file, this.#historyUrl] = [file, historyUrl];
  }

  /** Moves it: forward only. Timers that would have rung meanwhile ring. */
  async set(to: Date): Promise<void> {
    if (this.#following && to.getTime() <= Date.now()) return;
    if (this.#following) await this.#pass(to);
    // Its reader takes the new time or the old one, never half.
    writeFileSync(`${this.#file}.new`, String(to.getTime()));
    renameSync(`${this.#file}.new`, this.#file);
    this.#following ??= followClock(this.#file);
    while (Date.now() < to.getTime()) await sleep(5);
  }

  /** A service that was off blames no database for what it did not see. */
  async #pass(to: Date): Promise<void> {
    if (to.getTime() - Date.now() < UNSEEN_MS) return;
    const history = await openHistory(this.#historyUrl);
    for (let at = Date.now(); at < to.getTime(); at += UNSEEN_MS - 1_000)
      await noteSeen(history.em.fork(), new Date(at));
    await history.close(true);
  }

  [Symbol.dispose](): void {
    this.#following?.[Symbol.dispose]();
  }
}
