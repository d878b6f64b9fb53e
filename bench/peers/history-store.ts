import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { createPool } from 'mysql2/promise';

type Values = readonly (number | string)[];

/** A history, asked in SQL. */
export interface Store {
  readonly ask: <Row>(sql: string, values?: Values) => Promise<Row[]>;
  /** @returns SQL for a column's instant as `2023-10-31 00:00:00` */
  readonly timestamp: (column: string) => string;
  /** @returns SQL for the day of a column's instant, counted from 1970 */
  readonly day: (column: string) => string;
  /** @returns an instant as the column has it */
  readonly instant: (milliseconds: number) => number | string;
}

/** @param url as DATABASE_URL has it */
export function openStore(url: string): Store {
  return url.startsWith('sqlite:') ? sqlite(url.slice('sqlite:'.length)) : mariadb(url);
}

/** As many connections as the service has. */
function mariadb(uri: string): Store {
  const pool = createPool({ uri, connectionLimit: 10, dateStrings: true });
  return {
    ask: async <Row>(sql: string, values: Values = []) => (await pool.query(sql, [...values]))[0] as Row[],
    timestamp: column => column,
    day: column => `datediff(${column}, '1970-01-01')`,
    instant: milliseconds => new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' '),
  };
}

function sqlite(path: string): Store {
  const database = new DatabaseSync(path, { readOnly: true });
  const statements = new Map<string, StatementSync>();
  return {
    ask: async <Row>(sql: string, values: Values = []) => {
      const statement = statements.get(sql) ?? database.prepare(sql);
      statements.set(sql, statement);
      return statement.all(...values) as Row[];
    },
    timestamp: column => `datetime(${column} / 1000, 'unixepoch')`,
    day: column => `(${column} / 86400000)`,
    instant: milliseconds => milliseconds,
  };
}
