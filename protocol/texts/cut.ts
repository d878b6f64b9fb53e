/**
 * Shortens a text to so many UTF-16 code units, with an ellipsis as the last of them where it was cut. No character is cut in half.
 * @param most at least 1
 */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${begin(text, most - 1)}…`;
}

/** @returns the first so many UTF-16 code units of a text: well-formed, as both stores take it, and without half of a character */
export function begin(text: string, most: number): string {
  const end = Math.max(most, 0);
  // The first half of a surrogate pair, whose second half is behind the end.
  const isHalf =
    end > 0 && end < text.length && /[\ud800-\udbff]/.test(text[end - 1]!) && /[\udc00-\udfff]/.test(text[end]!);
  return text.slice(0, isHalf ? end - 1 : end).toWellFormed();
}
