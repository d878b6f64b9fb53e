import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, foreseenError } from '../errors.ts';
import type { HistoryManager } from './history.ts';

const SILENT_MS = 10_000;

/** @throws AppError 503 when the history store does not answer, within `silentMs` milliseconds */
export async function checkReachable(em: HistoryManager, silentMs = SILENT_MS): Promise<void> {
  const heard = new AbortController();
  // A server that has come to a standstill ends no statement.
  const silence = sleep(silentMs, undefined, { signal: heard.signal }).then(() => {
    throw new AppError(503, 'HISTORY_UNAVAILABLE', `The history store has said nothing for ${silentMs / 1000} s`);
  });
  try {
    await Promise.race([em.execute('select 1'), silence]);
  } catch (error) {
    throw (
      foreseenError(error) ?? new AppError(503, 'HISTORY_UNAVAILABLE', 'The history store can not be used', [], error)
    );
  } finally {
    heard.abort();
  }
}
