import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { Edit } from '../rewriting/edits.ts';
import type { TargetReading } from '../rewriting/target-reading.ts';
import { replaced } from './table-items.ts';

/**
 * MySQL writes each text in an expression of a table with its character set: `_utf8mb4'é'`. MariaDB up to 11.8, at least, keeps such
 * a text wrongly: `'é'` becomes `'xC3xA9'` once the table is opened again, `'\n'` becomes `'x0A'`, and a quote is an error. Without
 * the character set it keeps the text.
 * @returns how a CREATE TABLE of MySQL is written for MariaDB, so that its defaults, checks and generated columns mean the same
 */
export function introducerEdits({ tokens, code }: TargetReading): Edit[] {
  return tokens.flatMap((token, at) => {
    const text = tokens[at + 1];
    if (token.kind !== 'word' || !token.text.startsWith('_') || text?.kind !== 'string') return [];
    const characterSet = token.text.slice(1).toLowerCase();
    // Tables are dumped in utf8mb4.
    if (characterSet === 'utf8mb4') return [replaced(token.at, text.at, '')];
    return isKept(code, text)
      ? []
      : [replaced(token.at, text.at, 'convert('), replaced(text.end, text.end, ` using ${characterSet})`)];
  });
}

/** Printable ASCII without a backslash or a quote in it. */
function isKept(code: string, { at, end }: ServerToken): boolean {
  return /^[ !#-&(-[\]-~]*$/.test(code.slice(at + 1, end - 1));
}
