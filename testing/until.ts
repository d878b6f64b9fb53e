import { setTimeout as sleep } from 'node:timers/promises';

/** Shorter than the time limit of any test, so that the error names what is missing instead of a timeout. */
const WITHIN_MS = 50_000;

/**
 * Waits for what will be so in a moment, asking every few milliseconds.
 * @param what is waited for, as the error is to tell it
 * @throws Error when it has not happened within 50 s: an endless wait would keep the whole run from ending
 */
export async function until(what: string | (() => string), isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + WITHIN_MS; !(await isSo()); await sleep(10))
    if (Date.now() > deadline) throw new Error(`waited without success: ${typeof what === 'string' ? what : what()}`);
}
