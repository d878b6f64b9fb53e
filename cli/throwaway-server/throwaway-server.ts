import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSource } from '../config/databases.ts';
import { ExplainedError } from '../errors.ts';
import { log } from '../log.ts';
import { connect, type Session } from '../mysql/connect.ts';
import { isAtLeast } from '../mysql/server-facts.ts';
import {
  type Account,
  definerStatements,
  dropDefiner,
  firstStatements,
  identifier,
  loadAccountStatements,
  newAccount,
  quoted,
  readAccountStatements,
  referenceStatement,
  sourceOf,
} from './accounts.ts';
import { DataCache, emptyFolder } from './data-cache.ts';
import { prepareData } from './prepare-data.ts';
import { makePrivateFolder, type PrivateFolder } from './private-folder.ts';
import { type ServerSettings, serverOptions } from './server-options.ts';
import { type ServerProcess, serverFailure, startProcess } from './server-process.ts';
import type { ServerProgram } from './server-programs.ts';

export interface ThrowawayServerOptions extends ServerSettings {
  readonly program: ServerProgram;
  /** Existing, of this user: the server lives in a folder of its own in there. */
  readonly folder: string;
  /** Whether everything else on the machine goes first: the server then has the lowest priority, and all the time to start. */
  readonly isBackground?: boolean;
  /** Ends the start. The server itself outlives it: it ends when it is disposed. */
  readonly signal: AbortSignal;
  /** A folder in which data folders are kept for the next servers; without one each is made from the start. */
  readonly cache?: string | undefined;
}

/** A database on a throwaway server, with an account that has rights on it and on nothing else. */
export interface ThrowawayDatabase extends AsyncDisposable {
  /** How to connect to it. */
  readonly source: DatabaseSource;
}

export interface DatabaseOptions {
  readonly characterSet?: string | undefined;
  readonly collation?: string | undefined;
  /** Global settings of the server from now on, such as `sql_mode`: their names are trusted. */
  readonly settings?: ReadonlyMap<string, string>;
  /** Whether its foreign keys may name tables of other databases, which are not there; its account sees their names then. */
  readonly mayReferOutside?: boolean;
  /** Accounts such as `app@%`, which exist as long as the database does. No one can log in as one of them. */
  readonly definers?: readonly string[];
}

const READY_WITHIN_MS = 60_000;

/** Before them an account needs all rights of an administrator to name a DEFINER. */
const OLDEST = { mariadb: [10, 5, 2], mysql: [8, 0, 2] } as const;

/**
 * Starts a database server for a while: private data folder, socket only, no account that a dump could name.
 * @returns the server; disposing it ends it, and removes its folder
 * @throws {ExplainedError} why it can't be started; the signal's reason when aborted. Nothing is left behind then
 */
export async function startThrowawayServer(options: ThrowawayServerOptions): Promise<ThrowawayServer> {
  const { program, signal } = options;
  signal.throwIfAborted();
  if (!isAtLeast(program.version, ...OLDEST[program.flavour]))
    throw new ExplainedError(
      `${program.path} is too old (${program.version}): ${OLDEST[program.flavour].join('.')} or later is needed`,
    );
  const folder = await makePrivateFolder(options.folder);
  try {
    const { server, session } = await startIn(folder, options);
    return new ThrowawayServer(program, folder, server, session);
  } catch (error) {
    await folder.remove();
    signal.throwIfAborted();
    throw error;
  }
}

interface Started {
  readonly server: ServerProcess;
  readonly session: Session;
}

/** Where a server does not start on a kept data folder, that is forgotten and a new one is made. */
async function startIn(folder: PrivateFolder, options: ThrowawayServerOptions): Promise<Started> {
  const { program, signal } = options;
  const cache = options.cache === undefined ? undefined : await DataCache.open(options.cache, program, options);
  if (cache && (await cache.take(folder.data)))
    try {
      return await launchIn(folder, options);
    } catch (error) {
      signal.throwIfAborted();
      log.info('a server does not start on the data folder that was kept: a new one is made', { error });
      await cache.drop();
      await emptyFolder(folder.data);
    }
  await prepareData(program, folder, options);
  await cache?.put(folder.data);
  return await launchIn(folder, options);
}

async function launchIn(folder: PrivateFolder, options: ThrowawayServerOptions): Promise<Started> {
  const admin = newAccount('admin');
  const server = await launch(folder, admin, options);
  try {
    return { server, session: await untilReady(server, sourceOf(folder.socket, admin, 'mysql'), folder, options) };
  } catch (error) {
    await server.kill();
    throw error;
  }
}

export class ThrowawayServer implements AsyncDisposable {
  readonly program: ServerProgram;
  readonly flavour: 'mysql' | 'mariadb';
  readonly version: string;
  readonly socket: string;
  readonly #folder: PrivateFolder;
  readonly #server: ServerProcess;
  readonly #admin: Session;

  constructor(program: ServerProgram, folder: PrivateFolder, server: ServerProcess, admin: Session) {
    this.program = program;
    this.flavour = program.flavour;
    this.version = program.version;
    this.socket = folder.socket;
    this.#folder = folder;
    this.#server = server;
    this.#admin = admin;
  }

  /** All that it has on the disk lies in there. */
  get folder(): string {
    return this.#folder.path;
  }

  /** The process of the server. */
  get pid(): number | undefined {
    return this.#server.pid;
  }

  /** Whether the server has ended before its time. */
  get hasEnded(): boolean {
    return this.#server.hasEnded;
  }

  /**
   * Makes an empty database with an account of its own. Disposing it drops both.
   * @throws the server's error
   */
  async createDatabase(name: string, options: DatabaseOptions = {}): Promise<ThrowawayDatabase> {
    const { characterSet, collation, settings = new Map(), definers = [] } = options;
    const account = newAccount('load');
    const charset = characterSet === undefined ? '' : ` character set ${identifier(characterSet)}`;
    const collate = collation === undefined ? '' : ` collate ${identifier(collation)}`;
    const drop = () =>
      this.#administer([
        `drop database if exists ${identifier(name)}`,
        `drop user if exists '${account.user}'@'localhost'`,
        ...definers.map(dropDefiner),
      ]);
    await this.#administer([
      ...[...settings].map(([setting, value]) => `set global ${setting} = ${quoted(value)}`),
      `create database ${identifier(name)}${charset}${collate}`,
      ...loadAccountStatements(account, name, this),
      ...(options.mayReferOutside ? [referenceStatement(account)] : []),
      ...definers.flatMap(definer => definerStatements(definer, name)),
    ]).catch(async error => {
      await drop().catch(() => {});
      throw error;
    });
    return { source: sourceOf(this.socket, account, name), [Symbol.asyncDispose]: drop };
  }

  /** From now on each new table has a file of its own, until a database is made with other settings. @throws the server's error */
  async giveTablesOwnFiles(): Promise<void> {
    await this.#admin.ask('set global innodb_file_per_table = ON');
  }

  /** Makes an account that may read and dump all of a database, and no more. Disposing it drops it. @throws the server's error */
  async createReader(database: string): Promise<ThrowawayDatabase> {
    const account = newAccount('read');
    await this.#administer(readAccountStatements(account, database, this));
    const drop = () => this.#administer([`drop user '${account.user}'@'localhost'`]);
    return { source: sourceOf(this.socket, account, database), [Symbol.asyncDispose]: drop };
  }

  /** Makes one more definer of a database that is there. Disposing it drops it. @throws the server's error */
  async createDefiner(definer: string, database: string): Promise<AsyncDisposable> {
    await this.#administer(definerStatements(definer, database));
    return { [Symbol.asyncDispose]: () => this.#administer([dropDefiner(definer)]) };
  }

  /** Ends the server at once, also in the middle of a statement; its folder stays until it is disposed. */
  async kill(): Promise<void> {
    await this.#server.kill();
  }

  /** @throws the first error of the server, when it has answered all */
  async #administer(statements: readonly string[]): Promise<void> {
    const answers = await this.#admin.runAll(statements.map(statement => Buffer.from(statement)));
    for (const answer of answers) if (answer instanceof Error) throw answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#admin[Symbol.dispose]();
    await this.#server.kill();
    await this.#folder.remove();
    log.debug('throwaway server ended', { socket: this.socket });
  }
}

/** The root of a new server has no password: it is gone before the server takes its first connection. */
async function launch(folder: PrivateFolder, admin: Account, options: ThrowawayServerOptions): Promise<ServerProcess> {
  const { program, isBackground } = options;
  const first = join(folder.path, 'first.sql');
  await writeFile(first, firstStatements(admin, program.flavour), { mode: 0o600 });
  const asked = [...serverOptions(program, folder, options), `--init-file=${first}`];
  const server = await startProcess(program.path, asked, { logFile: folder.log, isBackground });
  log.debug('throwaway server starts', { program: program.path, version: program.version, pid: server.pid, asked });
  return server;
}

async function untilReady(
  server: ServerProcess,
  source: DatabaseSource,
  folder: PrivateFolder,
  { signal, isBackground }: ThrowawayServerOptions,
): Promise<Session> {
  const until = isBackground ? Number.POSITIVE_INFINITY : performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      return await connectForLong(source, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (server.hasEnded) throw await serverFailure(`the server did not start (${await server.ended})`, folder.log);
      if (performance.now() > until) {
        await server.kill();
        throw await serverFailure('the server was not ready within a minute', folder.log);
      }
      log.trace('throwaway server is not ready yet', { error });
      await sleep(20, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/**
 * @param signal counts until the session is there
 * @returns a session that no signal ends: those who share a server come and go
 */
async function connectForLong(source: DatabaseSource, signal: AbortSignal): Promise<Session> {
  const starting = new AbortController();
  const stop = () => starting.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const session = await connect(source, { signal: starting.signal });
    // What we quote must not depend on the mode that the source has; and a load may last longer than a server waits for a question.
    await session.ask("set session sql_mode = '', session wait_timeout = 31536000");
    return session;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
