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

/** Whose client, and whose server. */
export type Flavour = 'mysql' | 'mariadb';

/**
 * @param at a place in code that LOOKAHEAD bytes follow
 * @param isInStatement in front of one `--` begins a comment even without a blank, for MariaDB's client
 * @returns what begins there, if it is a mark
 */
export function markAt(
  bytes: Uint8Array,
  at: number,
  delimiter: Uint8Array,
  flavour: Flavour,
  isInStatement: boolean,
): Mark | undefined {
  if (is.startsWith(bytes, at, delimiter)) return 'delimiter';
  const byte = bytes[at];
  if (byte === is.HASH) return 'line comment';
  if (byte === is.DASH && bytes[at + 1] === is.DASH) {
    const needsBlank = isInStatement || flavour === 'mysql';
    return !needsBlank || is.isBlank(bytes[at + 2]) ? 'line comment' : undefined;
  }
  return byte === is.SLASH && commentAt(bytes, at, flavour) === 'plain' ? 'block comment' : undefined;
}

/**
 * @returns which comment opens there, if one does: a plain one, one whose inside is code (`marked` if the client keeps no account
 * of it, as of MariaDB's own), or a hint, which is no comment for MySQL's client
 */
export function commentAt(
  bytes: Uint8Array,
  at: number,
  flavour: Flavour,
): 'plain' | 'code' | 'marked' | 'hint' | undefined {
  if (bytes[at] !== is.SLASH || bytes[at + 1] !== is.STAR) return undefined;
  if (SANDBOXES.some(sandbox => is.startsWith(bytes, at, sandbox))) return 'plain';
  const next = bytes[at + 2];
  if (next === is.BANG) return 'code';
  if (flavour === 'mysql') return next === is.PLUS ? 'hint' : 'plain';
  return next === is.CAPITAL_M && bytes[at + 3] === is.BANG ? 'marked' : 'plain';
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

/** @returns for each byte of code whether it deserves a look: 1 or 0; in a comment that is code more of them do */
export function interestingBytes(delimiter: Uint8Array, quotesInDollars: boolean, isInComment = false): Uint8Array {
  const looks = new Uint8Array(256);
  const { SINGLE_QUOTE, DOUBLE_QUOTE, BACKTICK, OPEN, CLOSE, BACKSLASH, HASH, DASH, SLASH } = is;
  for (const byte of [SINGLE_QUOTE, DOUBLE_QUOTE, BACKTICK, OPEN, CLOSE, BACKSLASH, HASH, DASH, SLASH, delimiter[0]!])
    looks[byte] = 1;
  for (const byte of [is.AT, is.CAPITAL_V, is.SMALL_V]) looks[byte] = 1;
  if (isInComment) looks[is.STAR] = looks[is.NEWLINE] = 1;
  if (quotesInDollars) looks[is.DOLLAR] = 1;
  return looks;
}
