import { escapeId } from 'mysql2';
import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { Row } from '../../mysql/connect.ts';
import type { TimedQuestions } from '../../mysql/timed-questions.ts';

/** Of information_schema.columns, for computedColumns. */
export const COMPUTED_FIELDS = 'table_name, column_name, data_type, extra, generation_expression';

/** A stored generated column: its values are not in the dump. A load computes them again. */
export interface ComputedColumn {
  readonly table: string;
  readonly column: string;
  readonly expression: string;
  /** True of a row whose value comes back as another one. */
  readonly condition: string;
}

/** As `extra` of information_schema.columns tells it. */
export const IS_STORED = /\b(?:STORED GENERATED|PERSISTENT)\b/i;

/** @param timestamps the TIMESTAMP columns of each table: what is computed from one depends on the time zone of the session */
export function computedColumn(
  row: Row,
  timestamps: ReadonlyMap<unknown, readonly string[]>,
): ComputedColumn | undefined {
  const [table, column, dataType, extra, text] = row;
  if (!IS_STORED.test(String(extra))) return undefined;
  // MySQL escapes the quotes in it.
  const expression = String(text).replaceAll("\\'", "'");
  const name = escapeId(String(column), true);
  const isOfTimestamp = (timestamps.get(table) ?? []).some(it => expression.includes(escapeId(it, true)));
  const compared = isOfTimestamp ? differs(name, String(dataType).toLowerCase(), expression) : undefined;
  const condition = compared ?? `(${expression}) is null and ${name} is not null`;
  return { table: String(table), column: String(column), expression, condition };
}

/** The type of the column may cut or round what was computed: that is no difference. */
function differs(name: string, type: string, expression: string): string | undefined {
  if (/int$|^(?:decimal|float|double|year)$/.test(type)) return `abs(${name} - (${expression})) > 0.51`;
  if (/^(?:char|varchar)$|text$/.test(type)) {
    const text = `convert(${name} using utf8mb4)`;
    return `${text} <> left(convert((${expression}) using utf8mb4), char_length(${text}))`;
  }
  if (type === 'date') return `${name} <> date(${expression})`;
  if (type === 'datetime') return `abs(timestampdiff(second, ${name}, ${expression})) > 1`;
  if (type === 'time') return `abs(time_to_sec(${name}) - time_to_sec(${expression})) > 1`;
  return undefined;
}

/**
 * Computes them as a load would: in UTC, which mysqldump sets (`--tz-utc`), and without a strict mode.
 * @returns findings of values that come back as others, and of rows that do not load
 */
export async function computedFindings(
  questions: TimedQuestions,
  database: string,
  columns: readonly ComputedColumn[],
): Promise<Finding[]> {
  const changed: ComputedColumn[] = [];
  const failing: ComputedColumn[] = [];
  for (const column of columns) {
    const table = `${escapeId(database, true)}.${escapeId(column.table, true)}`;
    const answer = await questions.ask(`max(${column.condition}) from ${table}`);
    if ('rows' in answer && Number(answer.rows[0]?.[0] ?? 0) === 1) changed.push(column);
    if ('errno' in answer && answer.errno === OUT_OF_RANGE) failing.push(column);
  }
  return [
    ...(changed.length === 0
      ? []
      : [
          finding(
            'VALUES_LOST',
            `a restore computes these stored generated columns again, with other values: ${namesOf(changed)}`,
            'They depend on the time zone or on the sql_mode of the session that wrote them. Make them VIRTUAL, or let them be computed from a DATETIME instead of a TIMESTAMP.',
          ),
        ]),
    ...(failing.length === 0
      ? []
      : [
          finding(
            'WILL_NOT_LOAD',
            `these stored generated columns can't be computed when the dump is loaded (error 1690, out of range): ${namesOf(failing)}`,
            'They were computed under another sql_mode, such as NO_UNSIGNED_SUBTRACTION. Change the expression, such as CAST(… AS SIGNED) around what is subtracted.',
          ),
        ]),
  ];
}

/** ER_DATA_OUT_OF_RANGE */
const OUT_OF_RANGE = 1690;

function namesOf(columns: readonly ComputedColumn[]): string {
  return firstNames(columns.map(({ table, column }) => `${table}.${column}`));
}
