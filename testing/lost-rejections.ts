/**
 * Promises that were rejected and that no one looks at. Mocha passes such a rejection on to the other listeners of the process. Without
 * one it is lost, and the tests stay green.
 */
const lost = new Map<Promise<unknown>, unknown>();

/** A run that is over can only be made to end with an error. */
let isOver = false;

function note(reason: unknown, promise: Promise<unknown>): void {
  if (lost.has(promise)) return; // mocha passes it on, so it comes twice
  lost.set(promise, reason);
  if (!isOver) return;
  console.error('A promise was rejected after the tests, and no one looked at it:', reason);
  process.on('exit', () => (process.exitCode ||= 1));
}

/** Sees them from now on. Mocha takes all listeners away between two files of a worker. */
export function watchRejections(): void {
  if (!process.listeners('unhandledRejection').includes(note)) process.on('unhandledRejection', note);
}

/** @throws Error with all that were lost so far, and forgets them */
export function expectNoneLost(): void {
  const reasons = [...lost.values()];
  lost.clear();
  if (reasons.length === 0) return;
  const texts = reasons.map(reason => (reason instanceof Error ? reason.stack : String(reason)));
  throw new Error(`${reasons.length} promises were rejected, and no one looked at them:\n${texts.join('\n')}`);
}

/** From now on one that is lost fails the run by its exit code: no hook comes any more. */
export function failLateRejections(): void {
  isOver = true;
}
