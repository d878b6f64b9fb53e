/** After the first failures, in milliseconds; after all others as after the last of these. */
const PAUSES_MS = [30_000, 60_000, 120_000, 240_000, 480_000, 900_000] as const;

/** However long the other side wants to have its peace, it is asked again within an hour. */
const LONGEST_MS = 3_600_000;

/** By which part a pause is longer or shorter by chance: many services that failed together do not come back together. */
const JITTER = 0.2;

/**
 * @param attempts how many have failed, from 1
 * @param wantedMs how long the other side asked to wait
 * @param random from 0 to 1
 * @returns how long to wait for the next attempt, in milliseconds: from 24 s to an hour
 */
export function retryPauseMs(attempts: number, wantedMs: number | undefined, random: number): number {
  const pause = PAUSES_MS[Math.min(Math.max(attempts, 1), PAUSES_MS.length) - 1]!;
  const jittered = pause * (1 - JITTER + 2 * JITTER * random);
  return Math.round(Math.min(Math.max(jittered, wantedMs ?? 0), LONGEST_MS));
}
