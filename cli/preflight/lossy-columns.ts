import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { LeftOut } from '../dump-options.ts';

/** A column whose values a dump may not hold as they are. */
export interface LossyColumn {
  readonly table: string;
  readonly column: string;
  /** Of a text; null for a FLOAT. */
  readonly characterSet: string | null;
}

/**
 * @param row table, column, type and character set, as information_schema has them
 * @returns undefined for a column of which nothing can be lost
 */
export function lossyColumn([table, column, type, characterSet]: readonly unknown[]): LossyColumn | undefined {
  const isLossy = type === 'float' || (characterSet !== null && !WHOLE_IN_UTF8.has(String(characterSet)));
  if (!isLossy) return undefined;
  return { table: String(table), column: String(column), characterSet: type === 'float' ? null : String(characterSet) };
}

/**
 * Character sets of which every byte comes back from utf8mb4, the dump's own. In others (cp1251, greek, sjis …) there may
 * be bytes that have no counterpart in Unicode.
 */
const WHOLE_IN_UTF8 = new Set([
  ...['utf8mb4', 'utf8mb3', 'utf8', 'latin1', 'ascii'],
  ...['ucs2', 'utf16', 'utf16le', 'utf32', 'binary'],
]);

/** @returns what there is to be told, of tables that are not left out on purpose */
export function lossyColumnFindings(columns: readonly LossyColumn[], asWanted: LeftOut): Finding[] {
  const minded = columns.filter(({ table }) => !asWanted.leavesOut(table));
  const floats = minded.filter(({ characterSet }) => characterSet === null);
  const texts = minded.filter(({ characterSet }) => characterSet !== null);
  return [
    ...(floats.length === 0
      ? []
      : [
          finding(
            'VALUES_ROUNDED',
            `mysqldump writes FLOAT with 6 digits, and rounds what has more: ${firstNames(floats.map(nameOf))}`,
            'Where that matters: ALTER TABLE … MODIFY … DOUBLE, which is dumped whole, as DECIMAL is.',
          ),
        ]),
    ...(texts.length === 0
      ? []
      : [
          finding(
            'TEXT_CONVERTED',
            `the dump is in utf8mb4, and bytes that have no counterpart in it become "?": ${firstNames(
              texts.map(column => `${nameOf(column)} (${column.characterSet})`),
            )}`,
            'Where all texts are as their character set says nothing is lost. Best convert them: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4.',
          ),
        ]),
  ];
}

function nameOf({ table, column }: LossyColumn): string {
  return `${table}.${column}`;
}
