import { setTimeout as sleep } from 'node:timers/promises';

/** Shorter than the time limit of any test, so that the error names what is missing instead of a timeout. */
const WITHIN_MS = 50_000;

/** The first pause, and the longest. Each is a tenth longer than the one before: a wait of a second asks 25 times instead of 100. */
const [FIRST_MS, LONGEST_MS, LONGER] = [10, 100, 1.1];

/**
 * Waits for what will be so in a moment, asking every few milliseconds, and less often when it takes longer.
 * @param what is waited for, as the error is to tell it
 * @throws Error when it has not happened within 50 s: an endless wait would keep the whole run from ending
 */
export async function until(what: string | (() => string), isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  for (let pauseMs = FIRST_MS; !(await isSo()); pauseMs = Math.min(pauseMs * LONGER, LONGEST_MS)) {
    if (Date.now() > deadline) throw new Error(`waited without success: ${typeof what === 'string' ? what : what()}`);
    await sleep(pauseMs);
  }
}
