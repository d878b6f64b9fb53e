import type { Row } from './connect.ts';

/**
 * Looks at an answer where it comes in, so that those who ask may rely on it: rows, each with as many values as the answer has
 * columns, and each value a text, a number or nothing.
 * @param rows what mysql2 gives: something else than rows where the server answered with no more than that all is well
 * @param columns how many the answer has
 * @returns the rows, or what is odd about them
 */
export function answerIn(rows: unknown, columns: number, sql: string): Row[] | string {
  const isQuestion = /^\s*(?:select|show|check table|set statement)\b/i.test(sql);
  if (!isQuestion) return [];
  if (!Array.isArray(rows) || columns === 0) return 'a question was answered without a table';
  if (!rows.every(row => Array.isArray(row) && row.length === columns))
    return 'a question was answered by several tables';
  return rows.map(row => row.map(plain));
}

function plain(value: unknown): string | number | null {
  if (typeof value === 'string' || typeof value === 'number') return value;
  return value === null || value === undefined ? null : String(value);
}

/** An answer that no MySQL or MariaDB gives. */
export class OddAnswer extends Error {}

/**
 * @param columns how many were asked for
 * @returns the values of an answer that has one row by its question
 * @throws {OddAnswer}
 */
export function onlyRow(rows: readonly Row[], columns: number): Row {
  const [row, more] = rows;
  if (!row || more || row.length !== columns)
    throw new OddAnswer(`a question for one row of ${columns} was answered with ${rows.length} of ${row?.length ?? 0}`);
  return row;
}
