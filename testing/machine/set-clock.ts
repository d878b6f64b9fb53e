import { readFileSync } from 'node:fs';

const LOOK_MS = 25;
/** So far the clock goes on by itself, so that a slow machine does not change the minute. */
const GOES_ON_MS = 45_000;

/**
 * Sets the clock of this process (`Date`) to the time that stands in a file, in milliseconds since 1970, and again when another one is
 * written there. Timers of `setTimeout` that would have rung meanwhile ring then. It goes on for less than a minute by itself.
 * For a process of its own: `node --import testing/machine/set-clock.ts`, with the file in `TEST_CLOCK_FILE`.
 * @param isSteadyToo whether `performance.now()`, which no one can set, goes on as far: the time has really passed then. With
 *   `TEST_CLOCK_STEADY=on` in a process of its own
 * @returns what sets it back to the time of the machine
 */
export function followClock(file: string, { isSteadyToo = false } = {}): Disposable {
  const Real = globalThis.Date;
  const { setTimeout: later, clearTimeout: cancel } = globalThis;
  const steady = performance.now.bind(performance);
  let passedMs = 0;
  if (isSteadyToo) performance.now = () => steady() + passedMs;
  const waiting = new Map<NodeJS.Timeout, { readonly at: number; readonly call: () => void }>();
  let set = Number(readFileSync(file, 'utf8'));
  let setAt = steady();
  const now = () => Math.floor(set + Math.min(steady() - setAt, GOES_ON_MS));
  class SetDate extends Real {
    constructor(...args: [number?]) {
      if (args.length === 0) super(now());
      else super(...(args as [number]));
    }
    static override now() {
      return now();
    }
    /** Those that were made before, or by code that holds on to the other class, are dates as well. */
    static override [Symbol.hasInstance](value: unknown) {
      return value instanceof Real;
    }
  }
  globalThis.Date = SetDate as unknown as DateConstructor;
  globalThis.setTimeout = ((callback: (...args: unknown[]) => void, ms = 0, ...rest: unknown[]) => {
    const call = () => {
      waiting.delete(timer);
      callback(...rest);
    };
    const timer = later(call, ms);
    waiting.set(timer, { at: steady() + ms, call });
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = timer => {
    waiting.delete(timer as NodeJS.Timeout);
    cancel(timer);
  };
  const look = () => {
    const wanted = Number(readFileSync(file, 'utf8'));
    if (!(wanted > set)) return;
    const passed = wanted - now();
    [set, setAt] = [wanted, steady()];
    passedMs += passed;
    for (const [timer, { at, call }] of [...waiting])
      if (at - steady() <= passed) {
        cancel(timer);
        call();
      }
  };
  const looking = setInterval(look, LOOK_MS).unref();
  return {
    [Symbol.dispose]() {
      clearInterval(looking);
      // What belongs to the object hides what its class has.
      if (isSteadyToo) Reflect.deleteProperty(performance, 'now');
      Object.assign(globalThis, { Date: Real, setTimeout: later, clearTimeout: cancel });
    },
  };
}

const { TEST_CLOCK_FILE, TEST_CLOCK_STEADY } = process.env;
if (TEST_CLOCK_FILE) followClock(TEST_CLOCK_FILE, { isSteadyToo: TEST_CLOCK_STEADY === 'on' });
