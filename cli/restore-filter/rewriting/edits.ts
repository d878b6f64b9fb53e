/** Bytes of a statement that are written otherwise. */
export interface Edit {
  readonly at: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** @returns a statement with its edits; one within another is left out */
export function edited(statement: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return statement;
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { at, end, bytes } of [...edits].sort((a, b) => a.at - b.at || b.end - a.end)) {
    if (at < from) continue;
    parts.push(statement.subarray(from, at), bytes);
    from = end;
  }
  parts.push(statement.subarray(from));
  return new Uint8Array(Buffer.concat(parts));
}
