import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import type { MariaDb } from '../mariadb.ts';
import { commandsIn } from './statements.ts';

/** A statement that takes longer is broken off: many tests lock, sleep or loop on purpose. */
const STATEMENT_SECONDS = 2;
/** Tests with more statements than that fill tables in loops. */
const MAX_STATEMENTS = 1500;
const MAX_DATABASES_PER_FILE = 12;

/**
 * Loads one file of MariaDB's test suite into databases of their own. Nothing is dropped as long as that can be helped, so that a
 * database holds as much as it can: a new one begins where a table is made whose name is taken.
 * @param path of the file, from the root of the suite
 * @param prefix of the databases' names
 * @returns the names of those in which something is
 */
export async function loadSegments(mariadb: MariaDb, root: string, path: string, prefix: string): Promise<string[]> {
  const loader = new Loader(mariadb, root, prefix);
  try {
    return await loader.load(path);
  } finally {
    loader.close();
  }
}

class Loader {
  readonly #mariadb: MariaDb;
  #connection!: Connection;
  readonly #root: string;
  readonly #prefix: string;
  readonly #databases: string[] = [];
  /** Whether something has been made in the newest database. */
  #isFilled = false;
  #statements = 0;

  constructor(mariadb: MariaDb, root: string, prefix: string) {
    this.#mariadb = mariadb;
    this.#root = root;
    this.#prefix = prefix;
  }

  async load(path: string): Promise<string[]> {
    await this.#connect();
    await this.#nextDatabase();
    await this.#run(path, 0);
    if (!this.#isFilled) await this.#connection.query(`drop database \`${this.#databases.pop()}\``);
    return this.#databases;
  }

  close(): void {
    this.#connection.destroy();
  }

  async #connect(): Promise<void> {
    this.#connection = await this.#mariadb.connect();
    // The server may end a connection on purpose; the next statement notices.
    this.#connection.on('error', () => {});
    await this.#connection.query(`set session max_statement_time = ${STATEMENT_SECONDS}, lock_wait_timeout = 1`);
  }

  async #run(path: string, depth: number): Promise<void> {
    const file = join(this.#root, path);
    if (depth > 3 || !existsSync(file)) return;
    for (const command of commandsIn(readText(file))) {
      if (this.#statements++ > MAX_STATEMENTS) return;
      if (command.kind === 'source') await this.#run(command.path, depth + 1);
      else if (isHarmless(command.text)) await this.#execute(command.text);
    }
  }

  async #execute(text: string): Promise<void> {
    const database = this.#databases.at(-1)!;
    const own = text.replace(/(?<![\w.$])(`?)test\1\s*\.(?=\s*[\w`])/g, `\`${database}\`.`);
    try {
      await this.#connection.query(own);
      if (/^create\b/i.test(own)) this.#isFilled = true;
    } catch (error) {
      // Names are taken since nothing was dropped: of a table (or view, or sequence), a trigger, a routine, an event.
      const { errno, fatal } = error as { errno?: number; fatal?: boolean };
      if (fatal || /closed state/.test((error as Error).message)) {
        await this.#connect();
        await this.#connection.query(`use \`${database}\``);
      }
      if (errno === 1050 && this.#databases.length < MAX_DATABASES_PER_FILE) {
        await this.#nextDatabase();
        await this.#execute(text);
      }
    }
  }

  async #nextDatabase(): Promise<void> {
    const name = `${this.#prefix}_${this.#databases.length + 1}`;
    // The character set of MariaDB's own test suite.
    await this.#connection.query(`create database \`${name}\` character set latin1`);
    await this.#connection.query(`use \`${name}\``);
    this.#databases.push(name);
    this.#isFilled = false;
  }
}

/** What fills the database at hand, and touches nothing else of the server. */
function isHarmless(statement: string): boolean {
  return (
    /^(?:create(?!\s+(?:or\s+replace\s+)?(?:user|role|database|schema|server|temporary))|alter(?!\s+(?:user|database|schema|server))|insert|replace|update|delete|set|call|truncate|rename\s+table|start\s+transaction|begin|commit|rollback|prepare|execute|do|select\s+(?:nextval|setval|lastval|next\s+value))\b/i.test(
      statement,
    ) &&
    !/\bset\s+(?:@@)?(?:global|password|role|default\s+role|persist)\b|@@global\b|\bglobal\s+\w+\s*=|\bmysql\s*\.|\bsoname\b|\binto\s+(?:out|dump)file\b|\bdebug(?:_dbug|_sync)?\s*=|\bsql_log_bin\b|max_statement_time|lock_wait_timeout|\bsleep\s*\(|\bbenchmark\s*\(|\bget_lock\b|\bmysqltest\w*\s*\./i.test(
      statement,
    )
  );
}

/** @returns the text, where it is no UTF-8 read as latin1, so that no byte is lost */
function readText(file: string): string {
  const bytes = readFileSync(file);
  const text = bytes.toString('utf8');
  return text.includes('�') ? bytes.toString('latin1') : text;
}
