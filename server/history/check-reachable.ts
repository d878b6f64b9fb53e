import { AppError, foreseenError } from '../errors.ts';
import type { HistoryManager } from './history.ts';

/** @throws AppError 503 when the history store does not answer */
export async function checkReachable(em: HistoryManager): Promise<void> {
  try {
    await em.execute('select 1');
  } catch (error) {
    throw (
      foreseenError(error) ?? new AppError(503, 'HISTORY_UNAVAILABLE', 'The history store can not be used', [], error)
    );
  }
}
