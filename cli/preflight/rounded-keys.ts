import { escapeId } from 'mysql2';
import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { Row } from './connect.ts';
import type { ProbedColumns } from './probe-values.ts';
import type { TimedQuestions } from './timed-questions.ts';

/** Of information_schema.statistics, for keyColumns. */
export const KEY_FIELDS = 'table_name, index_name, non_unique, column_name, sub_part';

interface UniqueKey {
  readonly table: string;
  readonly index: string;
  /** Its columns, as a dump writes their values. */
  readonly columns: readonly { readonly name: string; readonly written: string }[];
}

/**
 * Looks for rows that differ in a unique key beyond the sixth digit of a FLOAT only: their dump does not load.
 * @param rows KEY_FIELDS of all keys of the database, in the order of their columns
 */
export async function roundedKeyFindings(
  questions: TimedQuestions,
  database: string,
  { flawed, unseen }: ProbedColumns,
  rows: readonly Row[],
): Promise<Finding[]> {
  const floats = new Set([...flawed, ...unseen].filter(({ flaw }) => flaw === 'float').map(columnOf));
  if (floats.size === 0) return [];
  const doubled: string[] = [];
  const unknown: string[] = [];
  for (const { table, index, columns } of keysOf(rows, floats)) {
    const isThere = columns.map(({ name }) => `${name} is not null`).join(' and ');
    const answer = await questions.ask(
      `1 from ${escapeId(database, true)}.${escapeId(table, true)} where ${isThere} group by ${columns.map(({ written }) => written)} having count(*) > 1 limit 1`,
    );
    if (!('rows' in answer)) unknown.push(`${table}.${index}`);
    else if (answer.rows.length > 0) doubled.push(`${table}.${index}`);
  }
  return [
    ...told(
      doubled,
      'rows differ beyond the sixth digit of a FLOAT only in these unique keys, and do not load (error 1062 or 1180)',
    ),
    ...told(
      unknown,
      'nobody could look whether rows of these unique keys differ beyond the sixth digit of a FLOAT only, which do not load',
    ),
  ];
}

function told(names: readonly string[], message: string): Finding[] {
  if (names.length === 0) return [];
  return [
    finding(
      'WILL_NOT_LOAD',
      `${message}: ${firstNames(names)}`,
      'mysqldump writes FLOAT with 6 digits. Make the column DOUBLE or DECIMAL: ALTER TABLE … MODIFY … DOUBLE.',
    ),
  ];
}

function keysOf(rows: readonly Row[], floats: ReadonlySet<string>): UniqueKey[] {
  // A key on an expression has no column here.
  const unique = rows.filter(([, , nonUnique, column]) => Number(nonUnique) === 0 && column !== null);
  const keys = Map.groupBy(unique, ([table, index]) => JSON.stringify([table, index]));
  return [...keys.values()]
    .filter(parts => parts.some(([table, , , column]) => floats.has(JSON.stringify([table, column]))))
    .map(parts => ({
      table: String(parts[0]![0]),
      index: String(parts[0]![1]),
      columns: parts.map(([table, , , column, length]) => {
        const name = escapeId(String(column), true);
        if (floats.has(JSON.stringify([table, column]))) return { name, written: `cast(concat(${name}, '') as float)` };
        return { name, written: length === null ? name : `left(${name}, ${Number(length)})` };
      }),
    }));
}

function columnOf({ table, column }: { table: string; column: string }): string {
  return JSON.stringify([table, column]);
}
