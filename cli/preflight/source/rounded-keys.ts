import { escapeId } from 'mysql2';
import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { Row } from '../../mysql/connect.ts';
import type { TimedQuestions } from '../../mysql/timed-questions.ts';
import type { ProbedColumns } from './probe-values.ts';

/** Of information_schema.statistics, for keyColumns. */
export const KEY_FIELDS = 'table_name, index_name, non_unique, column_name, sub_part';

interface UniqueKey {
  readonly table: string;
  readonly index: string;
  /** Its columns, as a dump writes their values. */
  readonly columns: readonly { readonly name: string; readonly written: string }[];
}

/** The columns whose values a dump does not hold in full, as columnOf writes them. */
interface RoundedColumns {
  readonly floats: ReadonlySet<string>;
  readonly years: ReadonlySet<string>;
}

/**
 * Looks for rows that differ in a unique key beyond the sixth digit of a FLOAT, or in a century, only: their dump does not load.
 * @param rows KEY_FIELDS of all keys of the database, in the order of their columns
 */
export async function roundedKeyFindings(
  questions: TimedQuestions,
  database: string,
  { flawed, unseen }: ProbedColumns,
  rows: readonly Row[],
): Promise<Finding[]> {
  const suspects = [...flawed, ...unseen];
  const rounded: RoundedColumns = {
    floats: new Set(suspects.filter(({ flaw }) => flaw === 'float').map(columnOf)),
    years: new Set(suspects.filter(({ flaw }) => flaw === 'year').map(columnOf)),
  };
  if (rounded.floats.size + rounded.years.size === 0) return [];
  const doubled: string[] = [];
  const unknown: string[] = [];
  for (const { table, index, columns } of keysOf(rows, rounded)) {
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
      'rows differ in these unique keys only beyond the sixth digit of a FLOAT, or in the century of a YEAR(2), and do not load (error 1062 or 1180)',
    ),
    ...told(
      unknown,
      'not checked in time whether rows of these unique keys differ only beyond the sixth digit of a FLOAT, or in the century of a YEAR(2), which do not load',
    ),
  ];
}

function told(names: readonly string[], message: string): Finding[] {
  if (names.length === 0) return [];
  return [
    finding(
      'WILL_NOT_LOAD',
      `${message}: ${firstNames(names)}`,
      'mysqldump writes FLOAT with 6 digits and YEAR(2) with two. Make the column DOUBLE, DECIMAL or YEAR: ALTER TABLE … MODIFY … DOUBLE.',
    ),
  ];
}

function keysOf(rows: readonly Row[], { floats, years }: RoundedColumns): UniqueKey[] {
  // A key on an expression has no column here.
  const unique = rows.filter(([, , nonUnique, column]) => Number(nonUnique) === 0 && column !== null);
  const keys = Map.groupBy(unique, ([table, index]) => JSON.stringify([table, index]));
  return [...keys.values()]
    .filter(parts => parts.some(part => floats.has(partOf(part)) || years.has(partOf(part))))
    .map(parts => ({
      table: String(parts[0]![0]),
      index: String(parts[0]![1]),
      columns: parts.map(part => {
        const [, , , column, length] = part;
        const name = escapeId(String(column), true);
        if (years.has(partOf(part))) return { name, written: `${name} + 0` };
        if (floats.has(partOf(part))) return { name, written: `cast(concat(${name}, '') as float)` };
        return { name, written: length === null ? name : `left(${name}, ${Number(length)})` };
      }),
    }));
}

function partOf([table, , , column]: Row): string {
  return JSON.stringify([table, column]);
}

function columnOf({ table, column }: { table: string; column: string }): string {
  return JSON.stringify([table, column]);
}
