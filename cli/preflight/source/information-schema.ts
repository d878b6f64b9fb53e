import type { Row, Session } from '../../mysql/connect.ts';

export interface Where {
  readonly database: string;
  readonly ignoresCase: boolean;
}

/** What is asked: the column with the name of the database, the columns that are wanted, the view, and which of its rows. */
export type Question = readonly [schema: string, columns: string, view: string, filter?: string];

/**
 * Asks a view of information_schema for the rows of one database. It compares without regard to case and accents, also where
 * `Shop` and `shop` are two databases.
 * @param order by the numbers or names of columns; number 1 is the name of the database
 * @returns the columns that are wanted
 */
export async function rowsOf(
  session: Session,
  { database, ignoresCase }: Where,
  [schema, columns, view, filter = '1']: Question,
  order = '2',
): Promise<Row[]> {
  const statement = `select ${schema}, ${columns} from information_schema.${view} where ${schema} = ? and ${filter} order by ${order}`;
  const rows = await session.ask(statement, [database]);
  const folded = (name: unknown) => (ignoresCase ? String(name).toLowerCase() : name);
  const isOurs = (name: unknown) => folded(name) === folded(database);
  return rows.filter(([name]) => isOurs(name)).map(([, ...row]) => row);
}
