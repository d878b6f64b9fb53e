import * as is from './bytes.ts';

/** What ends a statement, or begins a comment. */
export type Mark = 'delimiter' | 'line comment' | 'block comment';

/** What the client keeps of a delimiter, in bytes. */
const MAX_DELIMITER = 15;

/** Bytes that suffice to tell a mark, or the word DELIMITER, from what only begins like one. */
export const LOOKAHEAD = MAX_DELIMITER + 1;

/** Code for the client alone, without a delimiter: it would make one statement of itself and the header's comments. */
const SANDBOXES = ['/*M!999999\\-', '/*!999999\\-'].map(is.bytesOf);
const DELIMITER = is.bytesOf('delimiter');

/**
 * @param at a place in code that LOOKAHEAD bytes follow
 * @param isInStatement in front of one `--` begins a comment even without a blank
 * @returns what begins there, if it is a mark
 */
export function markAt(bytes: Uint8Array, at: number, delimiter: Uint8Array, isInStatement: boolean): Mark | undefined {
  if (is.startsWith(bytes, at, delimiter)) return 'delimiter';
  const byte = bytes[at];
  const next = bytes[at + 1];
  if (byte === is.HASH) return 'line comment';
  if (byte === is.DASH && next === is.DASH && (!isInStatement || is.isBlank(bytes[at + 2]))) return 'line comment';
  if (byte === is.SLASH && next === is.STAR && !isExecuted(bytes, at)) return 'block comment';
  return undefined;
}

/** Whether what stands behind this comment's opener is code all the same. */
function isExecuted(bytes: Uint8Array, at: number): boolean {
  const isConditional = bytes[at + 2] === is.BANG || (bytes[at + 2] === is.CAPITAL_M && bytes[at + 3] === is.BANG);
  return isConditional && !SANDBOXES.some(sandbox => is.startsWith(bytes, at, sandbox));
}

/** @returns behind the command DELIMITER, if it stands there; undefined if not */
export function behindDelimiterWord(bytes: Uint8Array, at: number): number | undefined {
  const end = at + DELIMITER.length;
  return is.isWordAt(bytes, at, DELIMITER) && is.isBlank(bytes[end]) ? end : undefined;
}

/** @returns the delimiter that a DELIMITER line sets, given what follows the word; undefined for none, which changes nothing */
export function delimiterOf(argument: string): Uint8Array | undefined {
  const word = argument
    .trim()
    .split(/\s/, 1)[0]!
    .replace(/^(['"`])(.*)\1$/, '$2');
  return word === '' ? undefined : is.bytesOf(word).slice(0, MAX_DELIMITER);
}

/** @returns for each byte of code whether it deserves a look: 1 or 0 */
export function looksFor(delimiter: Uint8Array, quotesInDollars: boolean): Uint8Array {
  const looks = new Uint8Array(256);
  const { SINGLE_QUOTE, DOUBLE_QUOTE, BACKTICK, OPEN, CLOSE, BACKSLASH, HASH, DASH, SLASH } = is;
  for (const byte of [SINGLE_QUOTE, DOUBLE_QUOTE, BACKTICK, OPEN, CLOSE, BACKSLASH, HASH, DASH, SLASH, delimiter[0]!])
    looks[byte] = 1;
  if (quotesInDollars) looks[is.DOLLAR] = 1;
  return looks;
}
