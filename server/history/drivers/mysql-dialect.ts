import {
  type CompiledQuery,
  type Dialect,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  type QueryResult,
} from 'kysely';
import { createPool, type Pool, type PoolConnection, type PoolOptions, type ResultSetHeader } from 'mysql2';
import { type Lender, LendingDriver, type LentConnection } from './lending-driver.ts';

/** How long a statement may take. Those of migrations, which may build an index of millions, have no limit. */
const PATIENCE_MS = 60_000;
const HURRIED = /^\s*(?:select|insert|delete|set|begin|commit|rollback)\b/i;

/**
 * mysql2 for Kysely, where its own driver loses connections of the pool.
 * @param patienceMs how long a statement may take: a server that hangs would keep all connections
 */
export function mysqlDialect(options: PoolOptions, patienceMs = PATIENCE_MS): Dialect {
  const open = async () => new MysqlStore(createPool({ ...options, ...VALUES }), patienceMs);
  return {
    createDriver: () => new LendingDriver(open),
    createQueryCompiler: () => new MysqlQueryCompiler(),
    createAdapter: () => new MysqlAdapter(),
    createIntrospector: db => new MysqlIntrospector(db),
  };
}

/** How values come and go, as MikroORM has it: dates as texts in UTC, large numbers exact. */
const VALUES: PoolOptions = { timezone: 'Z', supportBigNumbers: true, dateStrings: true };

/**
 * What each connection is set to, independent of the server's defaults. Modes change what statements mean (ANSI_QUOTES,
 * PIPES_AS_CONCAT, ORACLE) and where a value ends (NO_BACKSLASH_ESCAPES). Without autocommit a connection would see for
 * ever what it saw first. Without a limit a lock that is not given, such as that of FLUSH TABLES WITH READ LOCK, keeps a
 * connection for a day.
 */
const SESSION = [
  `set session sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
    session autocommit = 1, session completion_type = 0, session sql_safe_updates = 0,
    session sql_select_limit = 18446744073709551615, session lock_wait_timeout = 20, session innodb_lock_wait_timeout = 20`,
  'set session transaction isolation level repeatable read, read write',
];

class MysqlStore implements Lender {
  readonly #pool: Pool;
  readonly #patienceMs: number;
  readonly #ready = new WeakSet<PoolConnection>();

  constructor(pool: Pool, patienceMs: number) {
    this.#pool = pool;
    this.#patienceMs = patienceMs;
  }

  async lend(): Promise<LentConnection> {
    const connection = await new Promise<PoolConnection>((resolve, reject) =>
      this.#pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection))),
    );
    const lent = new LentMysql(connection, this.#patienceMs);
    if (this.#ready.has(connection)) return lent;
    try {
      for (const setting of SESSION) await query(connection, setting, [], this.#patienceMs);
    } catch (error) {
      lent.discard();
      throw error;
    }
    this.#ready.add(connection);
    return lent;
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => this.#pool.end(error => (error ? reject(error) : resolve())));
  }
}

class LentMysql implements LentConnection {
  readonly #connection: PoolConnection;
  readonly #patienceMs: number;
  #isBack = false;

  constructor(connection: PoolConnection, patienceMs: number) {
    this.#connection = connection;
    this.#patienceMs = patienceMs;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#isBack) throw new Error(`This connection to the history was given back before: ${sql}`);
    const result = await query(this.#connection, sql, parameters, this.#patienceMs).catch(error => {
      // The server is still working: no other query can use the connection.
      if (error.code === 'PROTOCOL_SEQUENCE_TIMEOUT') this.discard();
      throw error;
    });
    if (Array.isArray(result)) return { rows: result as Row[] };
    const { insertId, affectedRows, changedRows } = result as ResultSetHeader;
    return {
      rows: [],
      ...(insertId && { insertId: BigInt(insertId) }),
      numAffectedRows: BigInt(affectedRows),
      ...(changedRows !== undefined && { numChangedRows: BigInt(changedRows) }),
    };
  }

  // biome-ignore lint/correctness/useYield: the service reads no history row by row
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('The history is not read row by row');
  }

  giveBack(): void {
    if (this.#isBack) return;
    this.#isBack = true;
    this.#connection.release();
  }

  discard(): void {
    if (this.#isBack) return;
    this.#isBack = true;
    this.#connection.destroy();
  }
}

function query(connection: PoolConnection, sql: string, values: readonly unknown[], ms: number): Promise<unknown> {
  const timed = { sql, values: [...values], ...(HURRIED.test(sql) && { timeout: ms }) };
  return new Promise((resolve, reject) =>
    connection.query(timed, (error, result) => (error ? reject(error) : resolve(result))),
  );
}
