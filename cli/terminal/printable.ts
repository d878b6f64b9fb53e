/**
 * What a terminal obeys, or a reader does not see: control characters (C0, C1), marks that turn the direction of writing, what
 * has no width, line and paragraph separators, halves of surrogate pairs. Some scripts write with such characters; a name in
 * them is shown with escapes, since the same characters can make one name look like another.
 */
const DECEPTIVE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * For a text of ours that has several lines.
 * @returns the text without what a server may have put into it to steer a terminal; line ends and tabs stay
 */
export function printable(text: string): string {
  return text.replace(DECEPTIVE, character =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}

/**
 * For what stands within a line and may have come from a server, a file or a client program: a name, a file name, a word.
 * @returns the value in which all that could move the cursor, end the line or hide is written as in JSON, such as `\n` or `\u202e`
 */
export function printableInLine(value: string): string {
  return value.replace(DECEPTIVE, escaped);
}

/**
 * For a sentence that may hold what a server or a client program said, which may have several lines.
 * @param indent what stands before each line after the first; a `|` follows, so that no line passes for one of ours
 */
export function printableBlock(text: string, indent: string): string {
  const lines = text.trimEnd().split(/\r?\n/);
  return lines.map(printableInLine).join(`\n${indent}| `);
}

/** @returns the value as JSON that a terminal shows and does not obey; parsed, it is the same value */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(DECEPTIVE, character =>
    character === '\n' ? character : escapedUnits(character),
  );
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

function escaped(character: string): string {
  return SHORT[character] ?? escapedUnits(character);
}

function escapedUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map(unit => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
