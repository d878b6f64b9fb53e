/** Where the time comes from: tests and a simulated year have their own. */
export interface Clock {
  now(): Date;
  /** Milliseconds that have passed, however the clock is set; from any beginning. Those of the process when left out. */
  readonly monotonicMs?: () => number;
}

export const SYSTEM_CLOCK: Clock = { now: () => new Date() };
