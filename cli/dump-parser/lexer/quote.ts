import { BACKSLASH } from './bytes.ts';

/**
 * Finds the end of a string or a quoted name. A doubled quote ends it and begins the next one, which comes to the same.
 * @param from where its inside goes on, not behind the first half of an escape
 * @param escapes whether a backslash takes the next byte's meaning away
 * @returns where its closing quote stands; where it is not there yet, `~` of how far it has been read: an escape that is
 * cut in two is left for the next time
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: it is called for each string of a dump, most of which are short
export function closingQuote(bytes: Uint8Array, from: number, quote: number, escapes: boolean): number {
  const { length } = bytes;
  let i = from;
  for (;;) {
    // Most strings are short: a look at each byte costs less than a call.
    const near = Math.min(i + NEAR, length);
    while (i < near) {
      while (i < near && bytes[i] !== quote && bytes[i] !== BACKSLASH) i++;
      if (i === near) break;
      if (bytes[i] === quote) return i;
      i += escapes ? 2 : 1;
    }
    if (i >= length) return i > length ? ~(length - 1) : ~length;
    const found = bytes.indexOf(quote, i);
    const end = found === -1 ? length : found;
    const isCut = escapes && isEscaped(bytes, i, end);
    if (found === -1) return ~(isCut ? length - 1 : length);
    if (!isCut) return found;
    i = found + 1;
  }
}

/** Bytes of a string that are looked at one by one before the rest is searched for its end. */
const NEAR = 64;

/** Backslashes pair up from the left, so that an odd number of them in front takes the meaning away. */
function isEscaped(bytes: Uint8Array, from: number, at: number): boolean {
  let first = at;
  while (first > from && bytes[first - 1] === BACKSLASH) first--;
  return (at - first) % 2 === 1;
}
