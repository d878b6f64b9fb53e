import process from 'node:process';
import type { Logger } from 'pino';
import { failRequest } from './request-scope.ts';

/**
 * Ends the process with 1 at an error that no one catches: right for a start and for `rebuild`, which someone watches.
 * @returns what stops that
 */
export function endOnUncaughtErrors(log: Logger): () => void {
  const end = (error: unknown) => {
    log.fatal({ err: error }, 'Lumbung stops because of a bug: no one caught this error. Please report it');
    process.exit(1);
  };
  process.on('uncaughtException', end);
  return () => process.off('uncaughtException', end);
}

/**
 * From now on an error that no one catches, thrown or rejected, is logged as a bug and answered as 500 where a request is
 * attached to it, and the process goes on.
 *
 * Node's default is to end, since what was half done stays half done. We go on anyway, for these reasons. Almost all
 * work here is a request's, so anyone who finds one request that does this could keep the service down by repeating it,
 * and each end would cut the uploads of everyone else. What one request leaves half done is what `kill -9` leaves: files
 * get their names last, and rows are written in one transaction, so nothing is acknowledged that is not stored. Errors
 * that belong to no request go on too: an event of a socket is no request's in Node's eyes, though a client caused it.
 */
export function surviveUncaughtErrors(log: Logger): void {
  const survive = (error: unknown) => {
    const requestId = failRequest();
    log.error(
      { err: error, request_id: requestId },
      'A bug of Lumbung: no one caught this error. Please report it. The service goes on',
    );
  };
  process.on('uncaughtException', survive).on('unhandledRejection', survive);
}
