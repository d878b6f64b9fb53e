import { codeOf } from '../dump-parser/dump-session.ts';
import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import type { FilterOptions } from './filter-options.ts';
import { RefusedStatement } from './rewriting/refused-statement.ts';

/**
 * @returns why a statement of mysqldump is not for the server that loads the dump; undefined when it is
 * @throws {RefusedStatement} when it would go to another database
 */
export function whyDropped(statement: DumpStatement, options: FilterOptions): string | undefined {
  const { kind, reading, doubt, bytes } = statement;
  const isUse = reading.tokens.length === 2 && /^use$/i.test(reading.tokens[0]!.text);
  if (kind === 'create database' || isUse) return ofOwnDatabase(statement, options);
  if (doubt !== undefined) return isForOthers(statement) ? 'a comment that is code for other servers only' : undefined;
  if (reading.occasion === 'system database')
    throw new RefusedStatement(statement, "it belongs to the server's own database, which sade does not restore");
  if (kind === 'set' && SQL_LOG_BIN.test(codeOf(bytes))) return 'SQL_LOG_BIN: the server logs what is restored';
  if (kind === 'keys') return options.withoutKeys ? 'DISABLE KEYS and ENABLE KEYS' : undefined;
  return BY_OCCASION[reading.occasion ?? ''] ?? BY_KIND[kind];
}

const LOCKS = 'LOCK TABLES and UNLOCK TABLES';
const BY_KIND: Readonly<Record<string, string>> = { lock: LOCKS, unlock: LOCKS };
const BY_OCCASION: Readonly<Record<string, string>> = {
  replication: 'place in the log of the dumped server (GTID_PURGED, CHANGE MASTER and the like)',
  privileges: 'FLUSH PRIVILEGES',
};

const SQL_LOG_BIN = /^\s*SET (?:@\w+\s*=\s*)?@@SESSION\.SQL_LOG_BIN(?:\s*=\s*(?:\d|@\w+))?\s*$/i;

const BEFORE_NAME = /^(?:DATABASE|SCHEMA|IF|NOT|EXISTS)$/i;

/** As of a dump made with --databases. */
function ofOwnDatabase(statement: DumpStatement, { sourceDatabase, targetDatabase }: FilterOptions): string {
  const { tokens, decode, database } = statement.reading;
  // Behind USE, or behind CREATE DATABASE IF NOT EXISTS.
  const named = tokens.slice(1).find(({ kind, text }) => kind === 'name' || !BEFORE_NAME.test(text));
  const name = decode(named?.text ?? '');
  const own = [sourceDatabase ?? database, targetDatabase].map(known => known?.toLowerCase());
  if (!own.includes(name.toLowerCase()))
    throw new RefusedStatement(statement, `it leads to the database ${name}, which is not the one that was dumped`);
  return 'CREATE DATABASE and USE: the rows go into the database that was asked for';
}

/** What is a statement to the client has nothing in it for any server of the dump's flavour. */
function isForOthers({ bytes, reading }: DumpStatement): boolean {
  return reading.tokens.length === 0 && codeOf(bytes).startsWith('/*!');
}
