import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** No database can have that name, which ends with a blank: the folders of the databases lie beside it. */
const NAME = '.lumbung-lock ';

/** A service that is just being restarted may hold it for a moment. */
const WAIT_MS = 2000;

/**
 * Claims a storage folder for this process. The lock is SQLite's exclusive lock on an empty file: the kernel lets go of it
 * when the process ends, however it ends. Its journal is kept in memory, so that a full disk does not stand in the way.
 * @param folder which is there
 * @returns the lock; hold on to it
 * @throws Error when another process holds it, or it can't be had
 */
export function lockFolder(folder: string): Disposable {
  const path = join(folder, NAME);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: WAIT_MS });
    // What may only be read SQLite opens all the same, and its lock would then lock nobody out.
    accessSync(path, constants.W_OK);
    database.exec('pragma journal_mode = memory; begin exclusive');
    const held = database;
    return { [Symbol.dispose]: () => held.close() };
  } catch (error) {
    database?.close();
    throw new Error(explain(folder, path, error as Error), { cause: error });
  }
}

function explain(folder: string, path: string, { message }: Error): string {
  if (/locked/.test(message))
    return `another Lumbung is at work in ${folder}: stop it first, or give this one a folder of its own (a file system without locks, such as NFS without its lock service, looks the same)`;
  return `the lock '${path}' can not be had: ${message} (it must belong to the user of the service)`;
}
