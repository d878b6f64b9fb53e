import type { Row, Session } from '../../mysql/connect.ts';
import { COMPUTED_FIELDS, type ComputedColumn, computedColumn, IS_STORED } from './computed-columns.ts';
import { rowsOf, type Where } from './information-schema.ts';
import { KEY_FIELDS } from './rounded-keys.ts';
import { MAY_USE_SEQUENCE, type SequenceDefault, sequencesIn } from './sequence-defaults.ts';
import { SUSPECT_FIELDS, type SuspectColumn, suspectColumn } from './suspect-columns.ts';

/** What matters of the columns of a database's tables. */
export interface SourceColumns {
  /** Tables whose defaults use sequences. */
  readonly drawing: readonly SequenceDefault[];
  /** Columns whose values a dump may not hold as they are. */
  readonly suspects: readonly SuspectColumn[];
  readonly computed: readonly ComputedColumn[];
}

interface OfTables {
  /** Views have columns, too. */
  readonly tables: readonly string[];
  readonly flavour: 'mysql' | 'mariadb';
}

export async function askColumns(session: Session, where: Where, of: OfTables): Promise<SourceColumns> {
  return { drawing: await drawingTables(session, where, of), ...(await suspectColumns(session, where, of)) };
}

/** @returns KEY_FIELDS of all keys */
export function askKeys(session: Session, where: Where): Promise<Row[]> {
  return rowsOf(session, where, KEYS, 'table_name, index_name, seq_in_index');
}

const COLUMNS = ['table_schema', SUSPECT_FIELDS, 'columns'] as const;
const COMPUTED = ['table_schema', COMPUTED_FIELDS, 'columns'] as const;
const KEYS = ['table_schema', KEY_FIELDS, 'statistics'] as const;
const DEFAULTS = ['table_schema', 'table_name, column_default', 'columns', MAY_USE_SEQUENCE] as const;

async function suspectColumns(
  session: Session,
  where: Where,
  { tables, flavour }: OfTables,
): Promise<Pick<SourceColumns, 'suspects' | 'computed'>> {
  const dumped = new Set(tables);
  const all = await rowsOf(session, where, COLUMNS, 'table_name, ordinal_position');
  const columns = all.filter(([table]) => dumped.has(String(table)));
  const suspects = columns.flatMap(row => suspectColumn(row, flavour));
  if (!columns.some(([, , , , , , , extra]) => IS_STORED.test(String(extra)))) return { suspects, computed: [] };
  const timestamps = Map.groupBy(
    columns.filter(([, , type]) => type === 'timestamp'),
    ([table]) => table,
  );
  const namesOf = new Map([...timestamps].map(([table, rows]) => [table, rows.map(([, column]) => String(column))]));
  const generated = await rowsOf(session, where, COMPUTED);
  const computed = generated
    .filter(([table]) => dumped.has(String(table)))
    .flatMap(row => computedColumn(row, namesOf) ?? []);
  return { suspects, computed };
}

/** MySQL has no sequences; views show the defaults of tables as their own. */
async function drawingTables(
  session: Session,
  where: Where,
  { tables, flavour }: OfTables,
): Promise<SequenceDefault[]> {
  if (flavour === 'mysql') return [];
  const dumped = new Set(tables);
  const columns = (await rowsOf(session, where, DEFAULTS)).filter(([table]) => dumped.has(String(table)));
  return columns.flatMap(([table, expression]) => sequencesIn(String(table), String(expression)));
}
