/** What a statement says that a server refused. */
export interface RefusedText {
  /** Of the server's error. */
  readonly errno: number | undefined;
  /** Whether the statement holds rows: the server may quote any part of them. */
  readonly isOfRows: boolean;
}

/**
 * Takes out of a server's error message what stands in rows: they are what a client's customers have entered, and a report of a restore is read
 * by others. What names something stays: keys, columns, tables.
 * @param said in English, or in the language of the server's lc_messages
 */
export function withoutRowValues(said: string, { errno, isOfRows }: RefusedText): string {
  if (errno === undefined || !QUOTES_VALUES.has(errno)) return said;
  if (PARSING.has(errno) && !isOfRows) return withoutStrings(said);
  const [found] = VALUES.filter(({ pattern }) => pattern.test(said));
  return found ? said.replace(found.pattern, found.shown) : NOT_SHOWN;
}

const NOT_SHOWN = 'the server refuses it, in words that may quote rows and are not shown';

/** Near where the statement can't be understood. */
const PARSING = new Set([1064, 1149]);

/** The errors whose message has a value of a row, or a part of a statement (MariaDB and MySQL: error reference). */
const QUOTES_VALUES = new Set([
  ...[1062, 1064, 1149, 1292, 1300, 1366, 1367, 1411, 1526, 1557, 1586, 1690, 1761, 1762, 1859, 3140, 3141, 3156],
  ...[1525, 1644, 4078],
]);

/** Greedy: a value may hold what stands behind it. */
const VALUES = [
  { pattern: /^(Duplicate entry )'.*'( for key )/s, shown: "$1'…'$2" },
  { pattern: /(\bvalue:? )['`].*['`]( (?:for|found) )/s, shown: "$1'…'$2" },
  { pattern: /(\bvalue: )'.*'$/s, shown: "$1'…'" },
  { pattern: /(\bcharacter string: )'.*'/s, shown: "$1'…'" },
  { pattern: /(\bno partition for value ).*/s, shown: '$1…' },
  { pattern: /(\bvalue is out of range in )'.*'/s, shown: "$1'…'" },
  { pattern: /(\bnear )'.*'( at line \d+)$/s, shown: "$1'…'$2" },
];

/** The part of a definition helps to find the mistake; a string in it may be a password, as that of a CONNECT table. */
function withoutStrings(said: string): string {
  const [, before, near, behind] = /^(.*?\bnear )'(.*)'( at line \d+)$/s.exec(said) ?? [];
  if (near === undefined) return NOT_SHOWN;
  return `${before}'${near.replace(/'(?:[^'\\]|''|\\.)*(?:'|$)|"(?:[^"\\]|""|\\.)*(?:"|$)/gs, "'…'")}'${behind}`;
}
