import { accessSync, chmodSync, closeSync, constants, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { hasCode, messageOf } from '../../errors/error-code.ts';

/** No database can have that name, which ends with a blank: the folders of the databases lie beside it. */
const NAME = '.lumbung-lock ';

/** A service that is just being restarted may hold it for a moment. */
const WAIT_MS = 2000;

/** Identifies the locked file: another file may be at its path by now, which this lock does not cover. */
export interface FolderLock extends Disposable {
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * Claims a storage folder for this process. The lock is SQLite's exclusive lock on an empty file: the kernel lets go of it
 * when the process ends, however it ends. Its journal is kept in memory, so that a full disk does no harm.
 * @param folder which is there
 * @param waitMs how long another may hold it; the process is blocked meanwhile
 * @returns the lock; hold on to it
 * @throws Error when another process holds it, or it can't be had
 */
export function lockFolder(folder: string, waitMs = WAIT_MS): FolderLock {
  const path = lockPath(folder);
  try {
    return lockFile(path, waitMs);
  } catch (error) {
    throw new Error(explain(folder, path, messageOf(error)), { cause: error });
  }
}

/**
 * Locks the file of that path, which is made if needed.
 * @returns the lock; hold on to it
 * @throws Error that `isHeld` knows when another process holds it, or what SQLite or the disk throws
 */
export function lockFile(path: string, waitMs: number): FolderLock {
  let database: DatabaseSync | undefined;
  try {
    makePrivate(path);
    database = new DatabaseSync(path, { timeout: waitMs });
    // What may only be read SQLite opens anyway, and its lock would then lock no one out.
    accessSync(path, constants.W_OK);
    database.exec('pragma journal_mode = memory; begin exclusive');
    const held = database;
    const { dev, ino } = statSync(path, { bigint: true });
    return { dev, ino, [Symbol.dispose]: () => held.close() };
  } catch (error) {
    database?.close();
    throw error;
  }
}

/** @returns whether an error of `lockFile` says that another holds the lock */
export function isHeld(error: unknown): boolean {
  return /locked/.test(messageOf(error));
}

export function lockPath(folder: string): string {
  return join(folder, NAME);
}

/**
 * SQLite would let others read a file that it makes. A file that is there is never opened here: when any descriptor of it
 * is closed, the process loses its locks on it (fcntl(2), "Advisory record locking").
 */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    try {
      chmodSync(path, 0o600);
    } catch (error) {
      // Of another user: whether it can be locked is seen soon enough.
      if (!hasCode(error, 'EPERM', 'EROFS')) throw error;
    }
  }
}

function explain(folder: string, path: string, message: string): string {
  if (isHeld(message))
    return `another Lumbung uses ${folder}: stop it first, or give this one its own folder (a file system without locks, such as NFS without its lock service, causes the same error)`;
  return `the lock '${path}' cannot be taken: ${message} (the file must belong to the user of the service)`;
}
