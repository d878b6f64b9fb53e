/**
 * Writes rows as CSV (RFC 4180).
 *
 * A spreadsheet would take what begins with `=`, `+`, `-` or `@` as a formula, which may send the other cells away or start a program.
 * Strangers have a part in these texts: a quote before it makes it text again.
 */
export function csv(rows: ReadonlyArray<ReadonlyArray<string | number | null>>): string {
  return rows.map(cells => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n;\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Some programs skip blanks and control characters before it; the wide forms count for some input methods. */
const FORMULA = /^[\s\p{C}]*[=+\-@|%＝＋－＠]/u;
