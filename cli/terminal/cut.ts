import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** @returns how many columns of a terminal a text takes: a Chinese character or an emoji takes two */
export function widthOf(text: string): number {
  if (ONE_COLUMN_EACH.test(text)) return text.length;
  // 20 ms, a tenth of a start of sade: most starts print nothing but ASCII. Only `require` loads at once.
  const { default: stringWidth } = require('string-width') as typeof import('string-width');
  return stringWidth(text);
}

/** Printable ASCII, and the blank that `wrap` puts into commands. */
const ONE_COLUMN_EACH = /^[ -~\u{a0}]*$/u;

const ELLIPSIS = '…';

/**
 * Shortens a text in its middle: names differ at their beginning and their end.
 * @param width columns of a terminal, 1 at least
 * @returns the text as it is where it fits, else its beginning and its end with `…` between
 */
export function cutMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
  const letters = [...graphemes.segment(text)].map(({ segment }) => segment);
  const head = taken(letters, Math.ceil((width - 1) / 2));
  const tail = taken(letters.toReversed(), width - 1 - widthOf(head.join('')));
  return `${head.join('')}${ELLIPSIS}${tail.toReversed().join('')}`;
}

/** @returns as many letters from the beginning as fit */
function taken(letters: readonly string[], width: number): string[] {
  let used = 0;
  const end = letters.findIndex(letter => {
    used += widthOf(letter);
    return used > width;
  });
  return letters.slice(0, end < 0 ? letters.length : end);
}
