import type { CompiledQuery, QueryResult } from 'kysely';
import { whenNotBusy } from '../when-not-busy.ts';
import type { Lender, LentConnection } from './lending-driver.ts';
import { StatementCache } from './statement-cache.ts';
import { WriteTurns } from './write-turns.ts';

/**
 * A committed row is a promise to a client, so it must survive a power cut: `synchronous` stays full under WAL. Sixteen
 * MiB of pages hold what a list of a thousand databases looks at, however long their histories are.
 */
const WRITER = ['journal_mode = wal', 'synchronous = full', 'foreign_keys = on', 'cache_size = -16384'];
const READER = ['query_only = on', 'cache_size = -16384'];

/**
 * A file of SQLite with two connections: one that writes, for one transaction at a time, and one that reads. In WAL mode
 * reads go on while a transaction waits for the disk. One that reads is enough, since node:sqlite answers at once or not
 * at all; it sees all that was committed before.
 */
export class SqliteStore implements Lender {
  readonly #path: string;
  readonly #turns = new WriteTurns();
  #writer: StatementCache | undefined;
  /** A store in memory has one connection only. */
  #reader: StatementCache | undefined;

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(path: string): Promise<SqliteStore> {
    const store = new SqliteStore(path);
    await store.writer();
    if (path !== ':memory:') store.#reader = await opened(path, READER);
    return store;
  }

  async lend(): Promise<LentConnection> {
    return new LentSqlite(this, this.#turns);
  }

  async close(): Promise<void> {
    this.#reader?.close();
    this.closeWriter();
  }

  get reader(): StatementCache | undefined {
    return this.#reader;
  }

  /** For the one whose turn it is. */
  async writer(): Promise<StatementCache> {
    this.#writer ??= await opened(this.#path, WRITER);
    return this.#writer;
  }

  /** What it has not committed is rolled back. The next who writes gets another. */
  closeWriter(): void {
    const writer = this.#writer;
    this.#writer = undefined;
    writer?.close();
  }
}

async function opened(path: string, pragmas: readonly string[]): Promise<StatementCache> {
  const connection = new StatementCache(path);
  try {
    for (const pragma of pragmas) await whenNotBusy(() => connection.run(`pragma ${pragma}`, []));
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Reads by the connection that reads; from its first other statement on it has the turn to write, and uses that one. */
class LentSqlite implements LentConnection {
  readonly #store: SqliteStore;
  readonly #turns: WriteTurns;
  #endTurn: (() => void) | undefined;
  #isBack = false;

  constructor(store: SqliteStore, turns: WriteTurns) {
    this.#store = store;
    this.#turns = turns;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#isBack) throw new Error(`This connection to the history was given back before: ${sql}`);
    const { reader } = this.#store;
    if (reader && !this.#endTurn && /^\s*(?:select|with|explain)\b/i.test(sql))
      return whenNotBusy(() => reader.run<Row>(sql, parameters));
    this.#endTurn ??= await this.#turns.take();
    return this.#write(sql, parameters);
  }

  // biome-ignore lint/correctness/useYield: the service reads no history row by row
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('The history in SQLite is not read row by row');
  }

  giveBack(): void {
    this.#isBack = true;
    this.#endTurn?.();
  }

  discard(): void {
    if (this.#isBack) return;
    try {
      this.#store.closeWriter();
    } finally {
      this.giveBack();
    }
  }

  async #write<Row>(sql: string, values: readonly unknown[]): Promise<QueryResult<Row>> {
    const writer = await this.#store.writer();
    const { isTransaction } = writer.store;
    // SQLite ends a transaction by itself when the disk is full.
    if (sql === 'rollback' && !isTransaction) return { rows: [] };
    // What begins by reading is refused when it wants to write while another process does.
    const statement = sql === 'begin' ? 'begin immediate' : sql;
    // SQLite has no such levels: each transaction is alone.
    if (sql.startsWith('set transaction ')) return { rows: [] };
    // Within a transaction a COMMIT alone may be tried again (https://sqlite.org/rescode.html#busy).
    if (isTransaction && sql !== 'commit') return writer.run<Row>(statement, values);
    return whenNotBusy(() => writer.run<Row>(statement, values));
  }
}
