import { qualifiedNames } from '../dump-parser/own-names.ts';
import type { DumpStatement } from '../dump-statements/dump-statement.ts';

/**
 * What it means that a throwaway server refused a statement: the dump is wrong; the object needs something that lies outside of its
 * database, which a throwaway server does not have; or the server itself failed.
 */
export type Meaning = 'does not load' | 'needs something else' | 'server failed';

export interface ServerError extends Error {
  readonly errno?: number;
  readonly sqlState?: string;
}

/** Disk full, memory, time, too many files, shutdown: numbers of the manual's "Server Error Message Reference". */
const SERVER_FAILED = new Set([
  ...[1020, 1021, 1037, 1038, 1041, 1053, 1114, 1135, 1180, 1194, 1205, 1206, 1213, 1317, 1969, 3024],
  ...[3168, 3169, 3675, 4031],
]);
const NO_ROOM = /No space left|errno: (?:28|12|24|122)\b|Disk full/i;

/** No such engine, character set, collation, parser, plugin, function of a library, database; no right; no key for encryption. */
const OUTSIDE = new Set([
  ...[1044, 1045, 1049, 1112, 1115, 1125, 1126, 1127, 1128, 1142, 1143, 1193, 1227, 1231, 1273, 1286, 1289, 1290, 1370],
  ...[1478, 1524, 1911, 3510, 3185, 4102, 4185],
]);

/** A table, view or function that does not exist, or a view that refers to one. */
const MISSING = new Set([1109, 1146, 1305, 1356, 1418, 1449, 1824]);

export interface FailureContext {
  /** Names of objects of the dump that were not loaded before, in lower case. */
  readonly lacking: ReadonlySet<string>;
  /** That was dumped. */
  readonly database: string;
  /** Into which it is loaded. */
  readonly target: string;
}

/** @returns what the server's refusal of a statement means for the dump */
export function meaningOf(
  { errno, sqlState, message }: ServerError,
  { kind, object, bytes, reading }: DumpStatement,
  context: FailureContext,
): Meaning {
  const { lacking, database } = context;
  // Without a state it is no answer of the server: the connection is gone.
  if (sqlState === undefined || errno === undefined || SERVER_FAILED.has(errno) || NO_ROOM.test(message))
    return 'server failed';
  // The settings of a session that this account may not have. A restore has its own preflight for them.
  if (kind === 'set' && errno !== 1064) return 'needs something else';
  if (OUTSIDE.has(errno)) return 'needs something else';
  if (NEEDS_KEYS_OR_FOLDERS.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')))
    return 'needs something else';
  if (!MISSING.has(errno)) return 'does not load';
  if (namesOther(message, context.target)) return 'needs something else';
  if (errno === 1356 && lacking.size > 0) return 'needs something else';
  if ([...lacking].some(name => message.toLowerCase().includes(name))) return 'needs something else';
  // Functions that are no objects of a database come from a library: no dump has them.
  if (errno === 1305 && object?.kind === 'views' && /^FUNCTION/i.test(message)) return 'needs something else';
  const { foreignDatabases, foreignSequences } = qualifiedNames(reading.tokens, database.toLowerCase(), reading.decode);
  return foreignDatabases.length + foreignSequences.length > 0 ? 'needs something else' : 'does not load';
}

/** `Table 'archive.t' doesn't exist`, `FUNCTION archive.f does not exist`: names of two parts have their database first. */
function namesOther(message: string, target: string): boolean {
  const named = /^(?:Table|View) '([^'.]+)\.[^']+'|^(?:FUNCTION|PROCEDURE) ([^.\s]+)\.\S+ does not exist/.exec(message);
  const database = named?.[1] ?? named?.[2];
  return database !== undefined && database.toLowerCase() !== target.toLowerCase();
}

const NEEDS_KEYS_OR_FOLDERS = /\b(?:ENCRYPT(?:ED|ION)\b|(?:DATA|INDEX) DIRECTORY\b)/i;
