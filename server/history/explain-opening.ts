import { codeOf, sqliteCodeOf } from '../errors/error-code.ts';

/**
 * Says in one line why the history store can't be opened and what to do about it.
 * @param url may hold a password, which the message never does
 */
export function explainOpening(url: string, error: unknown): Error {
  const hint = HINTS[knownCode(error)] ?? 'DATABASE_URL names the store: correct it, or fix the store';
  return new Error(`The history store ${withoutPassword(url)} cannot be opened: ${reasonOf(error)} (${hint})`, {
    cause: error,
  });
}

/** @returns the URL as it may be shown */
function withoutPassword(url: string): string {
  if (!url.startsWith('mysql:')) return url;
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}

const HINTS: Record<string, string> = {
  NEWER_HISTORY:
    'start the newer version again, or put back the copy from before the upgrade: docs/how-to/upgrade.md#go-back',
  OLDER_HISTORY:
    'start the service of this version first, or run the command of the version that runs: docs/how-to/upgrade.md',
  ECONNREFUSED: 'nothing listens there: start the database server, or correct host and port in DATABASE_URL',
  ETIMEDOUT: 'no answer: check host, port and firewall',
  EHOSTUNREACH: 'no route: check the host in DATABASE_URL',
  ENOTFOUND: 'no such host: correct it in DATABASE_URL',
  EAI_AGAIN: 'the name cannot be resolved at the moment: check the host in DATABASE_URL and the DNS',
  ER_BAD_DB_ERROR: 'create it: CREATE DATABASE … CHARACTER SET utf8mb4, and grant the user all rights on it',
  ER_ACCESS_DENIED_ERROR: 'correct user and password in DATABASE_URL; special characters must be percent-encoded',
  ER_DBACCESS_DENIED_ERROR: 'create the database if it is not there, and grant the user all rights on it',
  ER_TABLEACCESS_DENIED_ERROR: 'grant the user all rights on the database',
  ER_NOT_SUPPORTED_AUTH_MODE: 'the login method of that user is not supported: use caching_sha2_password',
  SQLITE_CANTOPEN: 'check that the folder is there and may be written to',
  SQLITE_READONLY: 'the file must be writable for the user that runs the service',
  SQLITE_NOTADB: 'the file is not an SQLite database: move it away or choose another path',
  EACCES: 'the folder must be writable for the user that runs the service',
  EEXIST: 'a part of the path is a file, not a folder',
  EISDIR: 'the path is that of a folder: name a file in it',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EROFS: 'the file system is read-only',
};

// https://sqlite.org/rescode.html
const SQLITE_CODES: Record<number, string> = { 8: 'SQLITE_READONLY', 14: 'SQLITE_CANTOPEN', 26: 'SQLITE_NOTADB' };

function knownCode(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = SQLITE_CODES[sqliteCodeOf(cause) ?? 0] ?? codeOf(cause);
    if (code && HINTS[code]) return code;
  }
  return '';
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message;
  return error instanceof Error ? error.message || String(codeOf(error)) : String(error);
}
