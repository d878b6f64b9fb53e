import { setTimeout as sleep } from 'node:timers/promises';

/** Keeps reading to so many bytes a second, on the average. */
export interface Throttle {
  /** Counts bytes that were read. */
  spend(bytes: number): void;
  /** Waits until what was spent is within the limit. @throws the signal's reason */
  rest(signal: AbortSignal): Promise<void>;
}

/** What was not used of the limit within this time may be used later; older slack is lost, so that none turns into a rush. */
const SLACK_MS = 1_000;

/** @param bytesPerSecond 0 means as fast as it goes */
export function createThrottle(bytesPerSecond: number): Throttle {
  let paidUntil = performance.now();
  return {
    spend(bytes) {
      if (bytesPerSecond === 0) return;
      paidUntil = Math.max(paidUntil, performance.now() - SLACK_MS) + (bytes / bytesPerSecond) * 1_000;
    },
    async rest(signal) {
      const ms = paidUntil - performance.now();
      if (ms > 0) await sleep(ms, undefined, { signal });
    },
  };
}
