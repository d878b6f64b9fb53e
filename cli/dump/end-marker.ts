import { open } from 'node:fs/promises';
import { isMarkedWhole, MARKER_TAIL_BYTES } from '../../protocol/end-marker.ts';

/**
 * Tells whether a dump ends as mysqldump ends a whole one: its last line begins with `-- Dump completed`.
 * @param path of the plain dump
 */
export async function endsWithMarker(path: string): Promise<boolean> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const tail = Buffer.alloc(Math.min(size, MARKER_TAIL_BYTES));
  await file.read(tail, 0, tail.length, size - tail.length);
  return isMarkedWhole(tail, { isWhole: tail.length === size });
}
