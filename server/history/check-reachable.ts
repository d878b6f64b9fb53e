import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors/errors.ts';
import { toExpectedError } from '../errors/expected-error.ts';
import type { EntityManager } from './orm.ts';

const SILENT_MS = 10_000;

/** @throws AppError 503 when the history store does not answer, within `silentMs` milliseconds */
export function checkReachable(em: EntityManager, silentMs?: number): Promise<void> {
  return answersInTime(em.execute('select 1'), silentMs);
}

/** @throws AppError 503 when what was asked of the history store fails, or is not answered in time */
export async function answersInTime(asked: Promise<unknown>, silentMs = SILENT_MS): Promise<void> {
  const heard = new AbortController();
  // A server that hangs ends no statement.
  const silence = sleep(silentMs, undefined, { signal: heard.signal }).then(() => {
    throw new AppError(503, 'HISTORY_UNAVAILABLE', `The history store has not answered for ${silentMs / 1000} s`);
  });
  try {
    await Promise.race([asked, silence]);
  } catch (error) {
    throw (
      toExpectedError(error) ?? new AppError(503, 'HISTORY_UNAVAILABLE', 'The history store cannot be used', [], error)
    );
  } finally {
    heard.abort();
  }
}
