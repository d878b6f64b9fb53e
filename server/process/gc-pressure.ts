import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Buffers lie outside the heap of V8, which therefore thinks little of their garbage until there are some 32 MiB of it, and
 * then goes through the whole heap: that took a third of the CPU of an upload, and 80 MiB. A look through what is
 * young takes a third of a millisecond, and finds most of them if it comes before.
 */
const LOOK_EVERY_BYTES = 4 * 1024 * 1024;

/** Buffers that had to wait, for the disk or for a thread, are young no more: so many bytes of them may gather. */
const OLD_BYTES = 24 * 1024 * 1024;

let discardedBytes = 0;
let leastBytes = Number.POSITIVE_INFINITY;

/** Tells that buffers of so many bytes have been used, and are garbage from now on. */
export function noteFreed(bytes: number): void {
  discardedBytes += bytes;
  if (discardedBytes < LOOK_EVERY_BYTES) return;
  discardedBytes = 0;
  collect?.({ type: 'minor' });
  const left = getHeapStatistics().external_memory;
  leastBytes = Math.min(leastBytes, left);
  if (left < leastBytes + OLD_BYTES) return;
  collect?.({ type: 'major' });
  // What is in use by so many transfers at once must not be looked for again and again.
  leastBytes = getHeapStatistics().external_memory;
}

/** Gives the memory back that only the start of the service needed, a fourth of all. Takes a tenth of a second. */
export function noteStartFreed(): void {
  collect?.({ type: 'major', flavor: 'last-resort' });
}

type Collect = (options: { type: 'minor' | 'major'; flavor?: 'last-resort' }) => void;

const collect = collector();

/** Node shows the collector only to code that is run in a context made after the flag was set. */
function collector(): Collect | undefined {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('globalThis.gc');
  return typeof found === 'function' ? (found as Collect) : undefined;
}
