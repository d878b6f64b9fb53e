/** What validation says of one field of a request. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** An error that the caller is meant to see: its status, a code for programs, and a message that says what to do. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];

  constructor(status: number, code: string, message: string, errors: readonly FieldError[] = [], cause?: unknown) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** @returns the 404 for a database, a backup or a route that is not there */
export function notFound(code: string, message: string): AppError {
  return new AppError(404, code, message);
}

/** @returns the 422 that names each field which validation refused */
export function refused(errors: readonly FieldError[], code = 'VALIDATION_FAILED'): AppError {
  return new AppError(422, code, errors.map(({ field, message }) => `${field} ${message}`).join('; '), errors);
}

/**
 * Tells the failures that can be foreseen from bugs, by the codes of the system and of the database drivers.
 * @returns the error to show, or undefined when nobody foresaw it
 */
export function foreseenError(error: unknown): AppError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AppError) return cause;
    const { code, errcode, fatal } = cause as { code?: unknown; errcode?: number; fatal?: unknown };
    // SQLite's extended codes hold the plain one in their lowest byte.
    const sqlite = errcode === undefined ? undefined : errcode & 0xff;
    if (DISK_FULL.has(code) || sqlite === SQLITE_FULL)
      return new AppError(507, 'STORAGE_FULL', 'The disk of the service is full: free some space, then send it again.');
    // mysql2 calls an error fatal that ends a connection.
    if (fatal === true || HISTORY_UNREACHABLE.has(code) || SQLITE_UNUSABLE.has(sqlite))
      return new AppError(503, 'HISTORY_UNAVAILABLE', 'The history store can not be reached: try again later.');
    if (STORAGE_UNUSABLE.has(code))
      return new AppError(503, 'STORAGE_UNAVAILABLE', 'The storage folder can not be used: try again later.');
  }
  return undefined;
}

const DISK_FULL = new Set<unknown>(['ENOSPC', 'EDQUOT']);

/** The only files that the service reads and writes while it runs, beside SQLite's, are those of its storage. */
const STORAGE_UNUSABLE = new Set<unknown>(['EROFS', 'EACCES', 'EPERM', 'EIO', 'ESTALE']);

/** The only connections that the service opens are those to its history store, so a failed one is the store's. */
const HISTORY_UNREACHABLE = new Set<unknown>([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_QUERY_INTERRUPTED',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_READ_ONLY_MODE',
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
]);

// https://sqlite.org/rescode.html
const SQLITE_FULL = 13;
const SQLITE_UNUSABLE = new Set<unknown>([5, 6, 8, 10, 14]); // busy, locked, read-only, I/O error, can't open

/** For those who ask whether something is there: turns a 404 into null. */
export function orNull<T>(found: Promise<T>): Promise<T | null> {
  return found.catch(error => {
    if (error instanceof AppError && error.status === 404) return null;
    throw error;
  });
}
