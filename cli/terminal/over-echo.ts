/**
 * A terminal shows `^C` for the key that interrupts, and leaves the cursor behind it.
 * @returns what to write before a sentence about an interruption, so that it stands over that
 */
export function overEcho(stream: { readonly isTTY?: boolean }): string {
  return stream.isTTY ? '\r' : '';
}
