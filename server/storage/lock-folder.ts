import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Claims a storage folder for this process. The lock is SQLite's exclusive lock on an empty file: the kernel lets go of it
 * when the process ends, however it ends. Its journal is kept in memory, so that a full disk does not stand in the way.
 * @param folder which is there
 * @returns the lock; hold on to it
 * @throws Error when another process holds it
 */
export function lockFolder(folder: string): Disposable {
  const database = new DatabaseSync(join(folder, '.lock'), { timeout: 0 });
  try {
    database.exec('pragma journal_mode = memory; begin exclusive');
  } catch (error) {
    database.close();
    if (!/locked/.test((error as Error).message)) throw error;
    throw new Error(`another Lumbung is at work in ${folder}: stop it first, or give this one a folder of its own`, {
      cause: error,
    });
  }
  return { [Symbol.dispose]: () => database.close() };
}
