import type { Connection } from 'mysql2/promise';
import { columnTypes } from './column-types.ts';
import { historyAndSequences } from './history.ts';
import { keysAndPartitions } from './keys.ts';
import { programs } from './programs.ts';
import { references } from './references.ts';
import { rowsAndTexts } from './rows.ts';
import { views } from './views.ts';

/** What a server is, as far as it decides what a database on it can hold. */
export interface ServerKind {
  readonly flavour: 'mysql' | 'mariadb';
  /** Such as `10.11.14`. */
  readonly version: string;
}

export interface Wishes extends ServerKind {
  /** Created here; any name that a server takes. */
  readonly database: string;
  /** Bytes of the largest row; 16 MiB when left out. The server's max_allowed_packet must be larger. */
  readonly largestRow?: number;
}

const LARGEST_ROW = 16 << 20;

/**
 * Creates a database with everything in it that the server knows and a dump can hold: each type of column, all kinds of keys,
 * partitions, foreign keys in a circle, views over views, triggers with an order, events, routines of each SQL mode, and odd names and
 * bytes. A dump of it, loaded under the same name, gives the same bytes when it is dumped again.
 * @param root a connection of a user with all rights
 */
export async function createEverything(root: Connection, wishes: Wishes): Promise<void> {
  const { database, largestRow = LARGEST_ROW } = wishes;
  const name = `\`${database.replaceAll('`', '``')}\``;
  await root.query('set names utf8mb4');
  await root.query(`create database ${name} character set utf8mb4 collate utf8mb4_unicode_ci`);
  await root.query(`use ${name}`);
  for (const statement of statementsOf(wishes, largestRow)) await run(root, statement);
}

function statementsOf(kind: ServerKind, largestRow: number): readonly string[] {
  return [
    "set session sql_mode = '', time_zone = '+00:00', foreign_key_checks = 0",
    ...columnTypes(kind),
    ...keysAndPartitions(kind),
    ...references(kind),
    ...rowsAndTexts(kind, largestRow),
    ...historyAndSequences(kind),
    ...views(kind),
    ...programs(kind),
  ];
}

async function run(root: Connection, statement: string): Promise<void> {
  try {
    await root.query(statement);
  } catch (error) {
    throw new Error(`${String(error)} in ${statement.slice(0, 300)}`, { cause: error });
  }
}

/** @returns whether a version such as `10.11.14` is one, or a later one, of the wanted */
export function isSince(version: string, ...wanted: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [at, number] of wanted.entries()) if (parts[at] !== number) return (parts[at] ?? 0) > number;
  return true;
}
