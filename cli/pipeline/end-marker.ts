import { open } from 'node:fs/promises';

const MARKER = Buffer.from('-- Dump completed');
const NEWLINE = 0x0a;

/** More than the marker's line can take; a longer last line is a row, and no marker. */
const TAIL_BYTES = 4096;

/**
 * Tells whether a dump ends as mysqldump ends a whole one: its last line begins with `-- Dump completed`. Anchored to the
 * line, and to the last one, since a row may hold the same text. The bytes are never decoded.
 * @param path of the plain dump
 */
export async function endsWithMarker(path: string): Promise<boolean> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
  await file.read(tail, 0, tail.length, size - tail.length);
  return isMarker(lastLine(tail), tail.length === size);
}

function lastLine(tail: Buffer): { line: Buffer; start: number } {
  let end = tail.length;
  while (end > 0 && tail[end - 1] === NEWLINE) end--;
  const start = end === 0 ? 0 : tail.lastIndexOf(NEWLINE, end - 1) + 1;
  return { line: tail.subarray(start, end), start };
}

/** At the start of the tail a line may have lost its beginning, unless the tail is the whole file. */
function isMarker({ line, start }: { line: Buffer; start: number }, isWhole: boolean): boolean {
  return (start > 0 || isWhole) && line.subarray(0, MARKER.length).equals(MARKER);
}
