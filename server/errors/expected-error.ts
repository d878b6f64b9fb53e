import { StorageAway } from '../storage/storage.ts';
import { codeOf, sqliteCodeOf } from './error-code.ts';
import { type Origin, originOf } from './error-origin.ts';
import { AppError, StorageFull, validationError } from './errors.ts';

/**
 * Separates the failures that are expected from bugs: by where they happened, and by the codes of the system and of the
 * database drivers. A code of the system alone is not enough: a client or the history store may reset a connection.
 * @returns the error to show, or undefined for an error that is not expected
 */
export function toExpectedError(error: unknown): AppError | undefined {
  let origin: Origin | undefined;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AppError) return cause;
    if (cause instanceof StorageAway) return storageAway(cause);
    origin = originOf(cause) ?? origin;
    const expected = origin === 'storage' ? storageFailure(codeOf(cause)) : historyFailure(cause, origin);
    if (expected) return expected;
  }
  return undefined;
}

function storageAway({ database }: StorageAway): AppError {
  const what = database === undefined ? 'The storage' : `The folder of ${database} in the storage`;
  return storageUnavailable(
    `${what} is not in its place: the disk of the service may not be mounted. Try again when it is back.`,
  );
}

function storageFailure(code: string | undefined): AppError | undefined {
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code) || BUGS.has(code)) return undefined;
  if (DISK_FULL.has(code)) return new StorageFull(...FULL);
  if (code === 'EFBIG')
    return new AppError(413, 'FILE_TOO_LARGE', 'The file is larger than a file in the storage of the service may be');
  if (code === 'ENAMETOOLONG')
    return validationError([
      { field: 'file', message: 'has a longer name than the storage of the service takes: shorten the database_name' },
    ]);
  if (code === 'EMFILE' || code === 'ENFILE')
    return storageUnavailable('The service has as many files open as it may: try again later.');
  return storageUnavailable('The storage folder cannot be used: try again later.');
}

function storageUnavailable(message: string): AppError {
  return new AppError(503, 'STORAGE_UNAVAILABLE', message);
}

const FULL = [507, 'STORAGE_FULL', 'The disk of the service is full: make room, then send it again.'] as const;

function historyFailure(error: Error, origin: Origin | undefined): AppError | undefined {
  const [code, sqlite] = [codeOf(error), sqliteCodeOf(error)];
  if (sqlite === SQLITE_FULL || SERVER_FULL.has(code)) return new AppError(...FULL);
  // mysql2 calls an error fatal that ends a connection.
  const isFatal = 'fatal' in error && error.fatal === true;
  const isOfMariaDb = 'errno' in error && MARIADB_UNUSABLE.has(error.errno);
  const isUnusable = isFatal || isOfMariaDb || SERVER_UNUSABLE.has(code) || SQLITE_UNUSABLE.has(sqlite);
  if (isUnusable || (origin === 'history' && SYSTEM_UNREACHABLE.has(code)))
    return new AppError(503, 'HISTORY_UNAVAILABLE', 'The history store cannot be reached: try again later.');
  return undefined;
}

/** What the system answers to mistakes of ours: the disk is not to blame. */
const BUGS = new Set(['EBADF', 'EINVAL', 'EFAULT']);

const DISK_FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Codes of the system, when a call of the history store's driver ended with them. */
const SYSTEM_UNREACHABLE = new Set<unknown>([
  'EACCES',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENFILE',
  'ENOENT', // its socket
  'ENOTFOUND',
  'EPERM',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Codes of MySQL's and MariaDB's servers and their driver, which no one else has. */
const SERVER_UNUSABLE = new Set<unknown>([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_USER_LIMIT_REACHED',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_QUERY_INTERRUPTED',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_LOCK_DEADLOCK',
  'ER_OUT_OF_RESOURCES',
  'ER_OUTOFMEMORY',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_READ_ONLY_MODE',
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_CANT_CREATE_THREAD',
  'ER_QUERY_TIMEOUT',
  'ER_STATEMENT_TIMEOUT',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ER_INNODB_READ_ONLY',
  'ER_INNODB_FORCED_RECOVERY',
  'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
  'ER_ACCOUNT_HAS_BEEN_LOCKED',
  'ER_MUST_CHANGE_PASSWORD',
  'ER_MUST_CHANGE_PASSWORD_LOGIN',
  'ER_HOST_IS_BLOCKED',
  'ER_HOST_NOT_PRIVILEGED',
  'ER_TABLEACCESS_DENIED_ERROR',
  'ER_COLUMNACCESS_DENIED_ERROR',
  'ER_NET_READ_ERROR',
  'ER_NET_READ_INTERRUPTED',
  'ER_NET_ERROR_ON_WRITE',
  'ER_NET_WRITE_INTERRUPTED',
  'ER_UNKNOWN_COM_ERROR', // of a Galera node that has left its cluster
]);

/** Those of MariaDB that mysql2 has other names for, or none: connection killed, statement timeout, account locked. */
const MARIADB_UNUSABLE = new Set<unknown>([1927, 1969, 4151]);

const SERVER_FULL = new Set<unknown>(['ER_DISK_FULL', 'ER_RECORD_FILE_FULL']);

// https://sqlite.org/rescode.html
const SQLITE_FULL = 13;
const SQLITE_UNUSABLE = new Set<unknown>([5, 6, 8, 10, 14]); // busy, locked, read-only, I/O error, can't open
