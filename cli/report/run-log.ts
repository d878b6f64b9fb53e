import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inLocalTime } from '../terminal/local-time.ts';
import type { Outcome } from './outcome.ts';
import { OutcomeLines } from './outcome-lines.ts';

/**
 * What ended so far, in the work folder: the mail of a run is written at its end, and this is for someone who wants to watch
 * (`tail -f`), or to know how far a run came that was killed: the log of the run before stays beside it. That it can't be written
 * spoils no run.
 */
export class RunLog {
  readonly #path: string;
  readonly #lines = new OutcomeLines();

  constructor(folder: string, startedAt: Date) {
    this.#path = join(folder, 'run.log');
    attempt(() => {
      renameSync(this.#path, `${this.#path}.1`);
    });
    attempt(() => {
      writeFileSync(this.#path, `run of ${inLocalTime(startedAt)}, process ${process.pid}\n`, {
        mode: 0o600,
        flag: 'wx',
      });
    });
  }

  add(outcome: Outcome): void {
    attempt(() => appendFileSync(this.#path, `${this.#lines.describe(outcome)}\n`));
  }
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // A full disk: the mail has all of it.
  }
}
