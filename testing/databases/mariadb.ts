import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { freePort } from '../free-port.ts';
import { makeMemoryFolder } from '../machine/memory-folder.ts';
import { installSystemTables } from './system-tables.ts';

const READY_WITHIN_MS = 60_000;

/** A MariaDB server of our own: private data folder, free loopback port, gone with the process that started it. */
export interface MariaDb extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly socket: string;
  readonly user: 'root';
  readonly password: string;
  /** Runs statements (several at once are fine) as root and returns the rows of the last one. */
  sql(statements: string, database?: string): Promise<RowDataPacket[]>;
  /** Opens a connection as root; the caller ends it. */
  connect(database?: string): Promise<Connection>;
  /** @returns `mysql://root:…@127.0.0.1:port/database` */
  url(database: string): string;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
  /** Kills the server as a crash would; `stop` still removes the folder. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port after `kill`. */
  restart(): Promise<void>;
}

/** Starts a throwaway MariaDB server; takes less than a second. @throws when it does not become ready within a minute */
export async function startMariaDb(serverOptions: readonly string[] = []): Promise<ThrowawayMariaDb> {
  const folder = await makeMemoryFolder('lumbung-mariadb-');
  try {
    await installSystemTables(folder);
    const port = await freePort();
    const server = await launch(folder, port, serverOptions);
    return new ThrowawayMariaDb(folder, { port, serverOptions }, server);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

let shared: Promise<ThrowawayMariaDb> | undefined;

/**
 * The server that all tests of this process share; started by the first that asks, stopped by `stopSharedMariaDb`, or by the end of
 * this process, which it doesn't put off.
 */
export function sharedMariaDb(): Promise<MariaDb> {
  shared ??= startMariaDb().then(mariadb => {
    mariadb.endWithUs();
    return mariadb;
  });
  return shared;
}

/** Stops the shared server, if any test asked for it. */
export async function stopSharedMariaDb(): Promise<void> {
  await (await shared)?.stop();
  shared = undefined;
}

/** @returns that server, if any test has asked for it */
export function startedMariaDb(): Promise<MariaDb> | undefined {
  return shared;
}

const PASSWORD = 'throw#away';

class ThrowawayMariaDb implements MariaDb {
  readonly host = '127.0.0.1';
  readonly user = 'root';
  readonly password = PASSWORD;
  readonly port: number;
  readonly socket: string;
  readonly #folder: string;
  readonly #serverOptions: readonly string[];
  #server: ChildProcess;

  constructor(
    folder: string,
    { port, serverOptions }: { port: number; serverOptions: readonly string[] },
    server: ChildProcess,
  ) {
    this.#serverOptions = serverOptions;
    this.#folder = folder;
    this.#server = server;
    this.port = port;
    this.socket = socketIn(folder);
  }

  async sql(statements: string, database?: string): Promise<RowDataPacket[]> {
    const connection = await this.connect(database);
    try {
      const [results, fields] = await connection.query<RowDataPacket[] | RowDataPacket[][]>(statements);
      // Of several statements mysql2 gives a list for each of the two, with undefined where a statement has no rows.
      const isSeveral = (fields as unknown[] | undefined)?.some(field => field === undefined || Array.isArray(field));
      return (isSeveral ? (results as RowDataPacket[][]).at(-1) : results) as RowDataPacket[];
    } finally {
      await connection.end();
    }
  }

  connect(database?: string): Promise<Connection> {
    const { host, port, user, password } = this;
    return createConnection({ host, port, user, password, multipleStatements: true, ...(database && { database }) });
  }

  url(database: string): string {
    return `mysql://${this.user}:${encodeURIComponent(this.password)}@${this.host}:${this.port}/${encodeURIComponent(database)}`;
  }

  /** By a kill: what an orderly end would write, for a third of a second, is removed at once. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  kill(): Promise<void> {
    return end(this.#server);
  }

  async restart(): Promise<void> {
    this.#server = await launch(this.#folder, this.port, this.#serverOptions);
  }

  /** Lets this process end while the server runs, and ends the server then. */
  endWithUs(): void {
    this.#server.unref();
    process.once('exit', () => {
      this.#server.kill('SIGKILL');
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20 }); // it may write until it has seen the signal
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

async function launch(folder: string, port: number, serverOptions: readonly string[]): Promise<ChildProcess> {
  const options = [
    '--no-defaults',
    `--user=${userInfo().username}`,
    `--datadir=${folder}/data`,
    `--socket=${socketIn(folder)}`,
    `--pid-file=${folder}/mariadbd.pid`,
    `--log-error=${folder}/error.log`,
    // A server that starts removes the temporary tables of all others from a folder that it shares with them.
    `--tmpdir=${folder}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-buffer-pool-size=128M',
    // Its own are 128 MiB each: a third of what a start costs goes into their tables.
    '--aria-pagecache-buffer-size=8M',
    '--key-buffer-size=8M',
    ...serverOptions,
  ];
  // setpriv: when this process dies, however it dies, the kernel ends the server too.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const server = spawn('setpriv', ['--pdeathsig', 'TERM', 'mariadbd', ...options], { stdio: 'ignore', env });
  await Promise.race([untilReady(folder), failedToStart(server, folder)]);
  return server;
}

async function untilReady(folder: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      const root = await createConnection({ socketPath: socketIn(folder), user: 'root' });
      await root.query(`create or replace user root@'127.0.0.1' identified by '${PASSWORD}'`);
      await root.query(`grant all on *.* to root@'127.0.0.1' with grant option`);
      return await root.end();
    } catch (error) {
      if (Date.now() > deadline) throw new Error('MariaDB did not become ready within a minute', { cause: error });
      await sleep(50);
    }
  }
}

async function failedToStart(server: ChildProcess, folder: string): Promise<never> {
  const [code] = await once(server, 'exit');
  const log = await readFile(`${folder}/error.log`, 'utf8').catch(() => '');
  throw new Error(`mariadbd ended with exit code ${code} before it was ready:\n${log.slice(-2000)}`);
}

function socketIn(folder: string): string {
  return `${folder}/mariadbd.sock`;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
