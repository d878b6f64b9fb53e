import { Readable } from 'node:stream';
import { createConnection } from 'mysql2';
import type { MariaDb } from '../../testing/databases/mariadb.ts';
import { createTable, tabbedRows } from './row-text.ts';
import { TABLES, type Table } from './tables.ts';

export interface Loading {
  readonly database: string;
  /** About how large its dump is to be. */
  readonly bytes: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly tables?: readonly Table[];
}

/** Creates a database and fills it with generated rows, the same for the same seed; about 25 s for each GiB. */
export async function loadDatabase(
  mariadb: MariaDb,
  { database, bytes, seed, signal, tables = TABLES }: Loading,
): Promise<void> {
  await mariadb.sql(`create database \`${database}\` default character set utf8mb4`);
  for (const [at, table] of tables.entries()) {
    await mariadb.sql(createTable(table), database);
    signal.throwIfAborted();
    const rows = untilAborted(tabbedRows(table, { bytes, seed: seed + at }), signal);
    if (bytes > 0) await load(mariadb, { database, table, rows });
  }
}

function* untilAborted<T>(values: Iterable<T>, signal: AbortSignal): Generator<T> {
  for (const value of values) {
    if (signal.aborted) return; // the caller looks, too: LOAD DATA can only be told that this is all
    yield value;
  }
}

/** The rows go from the generator to the server as they are made: no file, and both work at the same time. */
async function load(
  { host, port, user, password }: MariaDb,
  { database, table, rows }: { database: string; table: Table; rows: Iterable<string> },
): Promise<void> {
  const connection = createConnection({ host, port, user, password, database, multipleStatements: true });
  const { columns, hexColumn } = table;
  const names = columns.map(name => (name === hexColumn ? '@hex' : name)).join(', ');
  const converted = hexColumn ? `set ${hexColumn} = unhex(@hex)` : '';
  const sql =
    'set unique_checks = 0, foreign_key_checks = 0;' +
    `load data local infile 'rows' into table \`${table.name}\` character set utf8mb4 (${names}) ${converted}`;
  try {
    await new Promise<void>((resolve, reject) => {
      const infileStreamFactory = () => Readable.from(rows, { objectMode: false });
      connection.query({ sql, infileStreamFactory } as Parameters<typeof connection.query>[0], error =>
        error ? reject(error) : resolve(),
      );
    });
  } finally {
    connection.end();
  }
}
