/** Positions of bytes, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a `Range` field that asks for one range of bytes.
 * @param size of the whole, in bytes; at least 1
 * @returns the range; 'unsatisfiable' when it begins behind the end (416); undefined when the field is to be ignored
 * because it is malformed or asks for several ranges (RFC 9110, section 14.2)
 */
export function parseRange(field: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const groups = /^bytes=[ \t]*(?<first>\d*)-(?<last>\d*)[ \t]*$/i.exec(field)?.groups;
  if (!groups || (!groups.first && !groups.last)) return undefined;
  if (!groups.first) return suffix(Number(groups.last), size);
  const start = Number(groups.first);
  const last = groups.last ? Number(groups.last) : size - 1;
  if (groups.last && last < start) return undefined;
  return start < size ? { start, end: Math.min(last, size - 1) } : 'unsatisfiable';
}

function suffix(length: number, size: number): ByteRange | 'unsatisfiable' {
  return length === 0 ? 'unsatisfiable' : { start: Math.max(0, size - length), end: size - 1 };
}
