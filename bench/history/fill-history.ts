import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { setImmediate as immediate } from 'node:timers/promises';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2';
import { formatTimestamp } from '../../protocol/backup-name.ts';
import { openHistory } from '../../server/history/orm.ts';
import { databaseName, type HistoryRow, type HistorySize, historyRows } from './history-rows.ts';

/**
 * Makes the tables of a history as the service does, and puts generated backups into them. Their indexes are dropped before the rows, and made behind them:
 * sorted at once, while each row would look for its place in twelve of them, which no longer fit into memory.
 */
export async function fillHistory(url: string, size: HistorySize, signal: AbortSignal): Promise<void> {
  const history = await openHistory(url);
  await history.close();
  const names = Array.from({ length: size.databases }, (_, at) => databaseName(at));
  const rows = untilAborted(historyRows(size), signal);
  if (url.startsWith('sqlite:')) await fillSqlite(url.slice('sqlite:'.length), names, rows);
  else await fillMariaDb(url, names, rows);
  signal.throwIfAborted();
}

const COLUMNS = [
  ...[
    'id',
    'database_id',
    'file_name',
    'taken_at',
    'sorted_at',
    'received_at',
    'size',
    'sha256',
    'state',
    'findings',
    'dump_size',
  ],
  ...['dump_sha256', 'checked_at', 'damage'],
];

type Value = number | string | null;

function valuesOf(row: HistoryRow, stored: (instant: Date) => Value): Value[] {
  return [
    ...[row.id, row.databaseId, row.fileName, stored(row.takenAt), stored(row.takenAt)],
    ...[stored(row.receivedAt), row.size, row.sha256],
    ...[row.state, row.findings, row.dumpSize, row.dumpSha256, row.checkedAt && stored(row.checkedAt), row.damage],
  ];
}

/** No one minds a broken file while it is filled: no flush. Without a journal at all is refused: Node opens files so that SQL breaks none. */
async function fillSqlite(path: string, names: readonly string[], rows: Iterable<HistoryRow>): Promise<void> {
  using store = new DatabaseSync(path);
  store.exec(
    'pragma journal_mode = memory; pragma synchronous = off; pragma cache_size = -1000000; pragma temp_store = memory; begin',
  );
  const name = store.prepare('insert into `databases` (id, name) values (?, ?)');
  for (const [at, text] of names.entries()) name.run(at + 1, text);
  const indexes = store.prepare(INDEXES).all() as Array<{ name: string; sql: string }>;
  for (const { name } of indexes) store.exec(`drop index \`${name}\``);
  const insert = store.prepare(`insert into backups (${COLUMNS}) values (${COLUMNS.map(() => '?')})`);
  for (const row of rows) {
    insert.run(...valuesOf(row, instant => instant.getTime()));
    if (row.id % 10_000 === 0) await immediate(); // or Ctrl-C would not be heard
  }
  for (const { sql } of indexes) {
    store.exec(sql);
    await immediate();
  }
  store.exec('commit; analyze');
}

const INDEXES = "select name, sql from sqlite_schema where type = 'index' and tbl_name = 'backups' and sql is not null";

async function fillMariaDb(url: string, names: readonly string[], rows: Iterable<HistoryRow>): Promise<void> {
  const connection = createConnection({ uri: url, multipleStatements: true });
  const run = (sql: string, infileStreamFactory?: () => Readable) =>
    new Promise<void>((resolve, reject) => {
      const query = { sql, infileStreamFactory } as Parameters<typeof connection.query>[0];
      connection.query(query, error => (error ? reject(error) : resolve()));
    });
  try {
    await run(`set unique_checks = 0, foreign_key_checks = 0;
      insert into \`databases\` (id, name) values ${names.map((name, at) => `(${at + 1}, '${name}')`)}`);
    const { drop, add } = await indexesOf(connection);
    await run(`alter table backups ${drop}`);
    const load = `load data local infile 'rows' into table backups character set utf8mb4 (${COLUMNS})`;
    await run(load, () => Readable.from(tabbed(rows), { objectMode: false }));
    await run(`alter table backups ${add}`);
    await run('analyze table `databases`, backups');
  } finally {
    connection.end();
  }
}

/** @returns what drops all indexes of the backups but the one that their foreign key needs, and what adds them again */
async function indexesOf(connection: Connection): Promise<{ drop: string; add: string }> {
  const [[table]] = await connection.promise().query<RowDataPacket[]>('show create table backups');
  const indexes = [...String(table!['Create Table']).matchAll(/^ +((?:UNIQUE )?KEY (`.+?`) .+?),?$/gm)];
  const dropped = indexes.filter(([, , name]) => name !== '`backups_database_id_sorted_at_id_index`');
  return {
    drop: dropped.map(([, , name]) => `drop index ${name}`).join(', '),
    add: dropped.map(([, index]) => `add ${index}`).join(', '),
  };
}

/** As LOAD DATA takes them. No value has a tab or a backslash. */
function* tabbed(rows: Iterable<HistoryRow>): Generator<string> {
  const PIECE = 1024 ** 2;
  let piece = '';
  for (const row of rows) {
    const values = valuesOf(row, instant => `${formatTimestamp(instant)}.${instant.toISOString().slice(20, 23)}`);
    piece += `${values.map(value => value ?? '\\N').join('\t')}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function* untilAborted<T>(values: Iterable<T>, signal: AbortSignal): Generator<T> {
  for (const value of values) {
    if (signal.aborted) return; // the caller looks, too
    yield value;
  }
}
