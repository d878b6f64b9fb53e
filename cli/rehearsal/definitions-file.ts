import { open } from 'node:fs/promises';
import type { RowRange } from '../dump-parser/inventory-scanner.ts';

/** Definitions are short: a larger buffer for each dump would only make work for the garbage collector. */
const CHUNK = 64 << 10;

/**
 * Copies a dump without its rows.
 * @param rows where they are, in their order
 * @param size of the dump, in bytes
 * @returns how many bytes were copied
 */
export async function copyWithoutRows(
  from: string,
  to: string,
  { rows, size, signal }: { readonly rows: readonly RowRange[]; readonly size: number; readonly signal: AbortSignal },
): Promise<number> {
  await using source = await open(from);
  await using target = await open(to, 'wx', 0o600);
  const buffer = Buffer.allocUnsafe(CHUNK);
  let copied = 0;
  for (const { from: start, to: end } of between(rows, size))
    for (let at = start; at < end; ) {
      signal.throwIfAborted();
      const { bytesRead } = await source.read(buffer, 0, Math.min(CHUNK, end - at), at);
      if (bytesRead === 0) throw new Error('the dump has become shorter');
      await target.writeFile(buffer.subarray(0, bytesRead));
      at += bytesRead;
      copied += bytesRead;
    }
  return copied;
}

function* between(rows: readonly RowRange[], size: number): Generator<RowRange> {
  let at = 0;
  for (const { from, to } of rows) {
    if (from > at) yield { from: at, to: from };
    at = to;
  }
  if (size > at) yield { from: at, to: size };
}
