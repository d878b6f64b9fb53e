import { setTimeout as sleep } from 'node:timers/promises';
import { sqliteCodeOf } from '../errors/error-code.ts';

/** How long a statement waits for another process that holds the lock on the history. */
const PATIENCE_MS = 5_000;
const LONGEST_PAUSE_MS = 50;

/**
 * Does work on SQLite when no other process has locked the database. SQLite's own `busy_timeout` would wait in the same thread,
 * and no request would be answered meanwhile.
 * @param work one statement that has no effect when it is refused
 * @throws what `work` throws: SQLITE_BUSY once `patienceMs` have passed
 */
export async function whenNotBusy<T>(work: () => T, patienceMs = PATIENCE_MS): Promise<T> {
  const until = performance.now() + patienceMs;
  for (let pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return work();
    } catch (error) {
      if (sqliteCodeOf(error) !== SQLITE_BUSY || performance.now() + pause > until) throw error;
    }
    await sleep(pause);
  }
}

/** https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
