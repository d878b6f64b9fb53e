const MAX_NAME = 64;

/** Pieces of a pattern: `\_` is an underscore, `_` any character, `%` any characters. */
const PIECE = /\\.|./gsu;

/** @returns whether a name fits a pattern; to be made once for each pattern, since most have no wildcard and need only be compared */
export function patternTest(pattern: string, { ignoresCase }: { ignoresCase: boolean }): (name: string) => boolean {
  const pieces = pattern.match(PIECE) ?? [];
  if (!ignoresCase && !pieces.some(isWildcard)) {
    const literal = pieces.map(unescaped).join('');
    return name => name === literal;
  }
  const expression = new RegExp(`^${patternSource(pattern)}$`, ignoresCase ? 'sui' : 'su');
  return name => expression.test(name);
}

function patternSource(pattern: string): string {
  return (pattern.match(PIECE) ?? [])
    .map(piece => {
      if (piece === '%') return '.*';
      if (piece === '_') return '.';
      return unescaped(piece).replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
    })
    .join('');
}

function unescaped(piece: string): string {
  return piece.length > 1 && piece.startsWith('\\') ? piece.slice(1) : piece;
}

/**
 * A server takes no pattern of more than 64 characters (error 1470, or 1059). As many underscores as fit are escaped then; the others stand for any
 * character, which gives the right on a database of nearly the same name, too.
 */
export function escapePattern(name: string): string {
  const characters = [...name];
  const others = characters.filter(character => character === '\\' || character === '%').length;
  let room = MAX_NAME - characters.length - others;
  return name.replace(/[\\_%]/g, character => (character !== '_' || room-- > 0 ? `\\${character}` : character));
}

const isWildcard = (piece: string) => piece === '%' || piece === '_';

/** MySQL: the later the first wildcard, the more specific. Lesser comes first. */
export function generalityOnMySql(pattern: string): number[] {
  const pieces = pattern.match(PIECE) ?? [];
  const first = pieces.findIndex(isWildcard);
  return first === -1 ? [0] : [1, -Math.min(pieces.slice(0, first).join('').length, 126)];
}

/** MariaDB: the fewer names can fit, the more specific; ties by the length before the first wildcard. Lesser comes first. */
export function generalityOnMariaDb(pattern: string): number[] {
  const pieces = pattern.replace(/(?<!\\)%+/g, '%').match(PIECE) ?? [];
  const count = (wanted: string) => pieces.filter(piece => piece === wanted).length;
  const [many, one] = [count('%'), count('_')];
  const room = many > 0 ? MAX_NAME - (pieces.length - many) : 0;
  const before = Math.max(0, pieces.findIndex(isWildcard));
  return room > one ? [room * 2 + 1, many, one, before] : [one * 2, room, many, before];
}

/** @returns less than 0 where `a` is the more specific one */
export function compareGenerality(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at === -1 ? 0 : a[at]! - (b[at] ?? 0);
}
