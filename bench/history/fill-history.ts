import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { setImmediate as immediate } from 'node:timers/promises';
import { createConnection } from 'mysql2';
import { formatTimestamp } from '../../protocol/backup-name.ts';
import { openHistory } from '../../server/history/orm.ts';
import { databaseName, type HistoryRow, type HistorySize, historyRows } from './history-rows.ts';

/** Makes the tables of a history as the service does, and puts generated backups into them; a million take a minute or two. */
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

/** No one minds a broken file while it is filled: no journal, no flush. */
async function fillSqlite(path: string, names: readonly string[], rows: Iterable<HistoryRow>): Promise<void> {
  using store = new DatabaseSync(path);
  store.exec('pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -1000000; begin');
  const name = store.prepare('insert into `databases` (id, name) values (?, ?)');
  for (const [at, text] of names.entries()) name.run(at + 1, text);
  const insert = store.prepare(`insert into backups (${COLUMNS}) values (${COLUMNS.map(() => '?')})`);
  for (const row of rows) {
    insert.run(...valuesOf(row, instant => instant.getTime()));
    if (row.id % 10_000 === 0) await immediate(); // or Ctrl-C would not be heard
  }
  store.exec('commit; analyze');
}

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
    const load = `load data local infile 'rows' into table backups character set utf8mb4 (${COLUMNS})`;
    await run(load, () => Readable.from(tabbed(rows), { objectMode: false }));
    await run('analyze table `databases`, backups');
  } finally {
    connection.end();
  }
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
