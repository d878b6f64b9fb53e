const MARKER = Buffer.from('-- Dump completed');
const NEWLINE = 0x0a;

/** How much of a dump's end must be looked at: more than the marker's line can take; a longer last line is a row. */
export const MARKER_TAIL_BYTES = 4096;

/**
 * Checks whether a dump ends as mysqldump ends a complete dump: its last line begins with `-- Dump completed`. Anchored to the
 * line, and to the last one, since a row may hold the same text. The bytes are never decoded.
 * @param tail the last bytes of the plain dump, at least `MARKER_TAIL_BYTES` of them where it has so many
 * @param isWhole whether that is all of the dump
 */
export function isMarkedWhole(tail: Buffer, { isWhole }: { isWhole: boolean }): boolean {
  const { line, start } = lastLine(tail);
  // At the start of the tail a line may have lost its beginning, unless the tail is the whole dump.
  return (start > 0 || isWhole) && line.subarray(0, MARKER.length).equals(MARKER);
}

function lastLine(tail: Buffer): { line: Buffer; start: number } {
  let end = tail.length;
  while (end > 0 && tail[end - 1] === NEWLINE) end--;
  const start = end === 0 ? 0 : tail.lastIndexOf(NEWLINE, end - 1) + 1;
  return { line: tail.subarray(start, end), start };
}
