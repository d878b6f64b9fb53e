/**
 * Bytes that are read and deflated at a time, in whole by one thread. Larger blocks cost fewer seams (about 20 bytes each
 * and 1 % of the time at half the size), and memory.
 */
export const BLOCK = 1024 * 1024;

/** More than are in use at one time on a usual machine would only waste memory. */
const MOST_SPARE = 16;

const spare: Buffer[] = [];
/** How many look at each of those that are in use. */
const users = new WeakMap<ArrayBufferLike, number>();

/**
 * @returns a block of {@link BLOCK} bytes with anything in it, used before if possible: those that are left to the garbage
 *   collector bring it to go through the whole heap again and again, for a tenth of the CPU of a run
 */
export function takeBlock(): Buffer {
  const block = spare.pop() ?? Buffer.from(new SharedArrayBuffer(BLOCK));
  users.set(block.buffer, 1);
  return block;
}

/** Has a block wait for one more that gives it back. */
export function keepBlock({ buffer }: Buffer): void {
  const count = users.get(buffer);
  if (count !== undefined) users.set(buffer, count + 1);
}

/** @param block or a part of it, at which its user looks no more; one that was not taken here is left alone */
export function giveBack({ buffer }: Buffer): void {
  const count = users.get(buffer) ?? 0;
  if (count > 1) users.set(buffer, count - 1);
  // Only once: a block that was given back twice would get two writers.
  else if (users.delete(buffer) && spare.length < MOST_SPARE) spare.push(Buffer.from(buffer));
}
