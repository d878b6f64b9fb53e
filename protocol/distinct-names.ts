/**
 * Two names that differ may look the same: composed and decomposed accents, characters without a width. Such are shown with all
 * that is not ASCII escaped.
 * @returns both as a message may show them
 */
export function distinctNames(one: string, other: string): [string, string] {
  return one !== other && looksOf(one) === looksOf(other) ? [escaped(one), escaped(other)] : [one, other];
}

function looksOf(name: string): string {
  return name.normalize('NFKC').replace(/\p{Cf}/gu, '');
}

function escaped(name: string): string {
  const characters = Array.from(name, character =>
    /^[\x20-\x7e]$/.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
  return characters.join('');
}
