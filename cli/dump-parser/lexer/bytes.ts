/** The bytes that mean something to the mysql client, all of ASCII: in UTF-8 none of them is part of another character. */
export const NEWLINE = 0x0a;
export const BANG = 0x21;
export const DOUBLE_QUOTE = 0x22;
export const HASH = 0x23;
export const DOLLAR = 0x24;
export const SINGLE_QUOTE = 0x27;
export const OPEN = 0x28;
export const CLOSE = 0x29;
export const STAR = 0x2a;
export const PLUS = 0x2b;
export const COMMA = 0x2c;
export const DASH = 0x2d;
export const SLASH = 0x2f;
export const SEMICOLON = 0x3b;
export const AT = 0x40;
export const CAPITAL_M = 0x4d;
export const CAPITAL_N = 0x4e;
export const CAPITAL_V = 0x56;
export const BACKSLASH = 0x5c;
export const BACKTICK = 0x60;
export const SMALL_V = 0x76;

/** @returns a text as UTF-8; a plain array, since V8 is quickest where it meets one kind only */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** @returns whether it can mean something within a hint */
export function isOfHint(byte: number): boolean {
  return byte === NEWLINE || byte === STAR || byte === SLASH || byte === BACKSLASH;
}

/**
 * @returns whether no value of a row has it outside of strings: variables begin with `@`, and what draws a number from a sequence,
 * which may be one of another database, has VALUE or NEXTVAL in it
 */
export function isBeyondValues(byte: number): boolean {
  return byte === AT || byte === CAPITAL_V || byte === SMALL_V;
}

/** @returns whether it is a space, a line's end, another blank of ASCII, or the NUL that ends a line for the client */
export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0 || (byte! >= 0x09 && byte! <= 0x0d);
}

/** @returns whether it can stand in a name without quotes, as a letter of any alphabet does */
export function isOfName(byte: number): boolean {
  const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  return isLetter || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte === DOLLAR || byte >= 0x80;
}

/** @returns whether the bytes at a position are those of a lower-case word, ignoring case */
export function isWordAt(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  if (at < 0) return false;
  for (let i = 0; i < word.length; i++) if ((bytes[at + i]! | 0x20) !== word[i]) return false;
  return true;
}

/** @returns whether the very same bytes stand at a place */
export function startsWith(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** @returns a copy, which Buffer's own slice is not */
export function copyOf(bytes: Uint8Array, from = 0, to = bytes.length): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.subarray(from, to));
}
