import type { Logger } from 'pino';
import { messageOf } from '../errors/error-code.ts';
import type { Orm } from '../history/orm.ts';
import { type EntryRow, lineOf, rowOf } from './entry.ts';
import { insertEntries } from './insert-entries.ts';
import type { LogFile } from './log-file.ts';
import { RetryQueue } from './retry-queue.ts';

interface Parts {
  readonly log: Logger;
  /** How long to wait before what could not be stored is tried again. */
  readonly pauseMs: number;
}

/** @returns where entries wait for the history */
export function queueOfRows({ history, log, pauseMs }: Parts & { readonly history: Orm }): RetryQueue<EntryRow> {
  return new RetryQueue({
    deliver: rows => insertEntries({ em: history.em.fork() }, rows),
    ...{ gatherMs: 50, atOnce: 100, most: MOST_WAITING, pauseMs, lost: missing('the log of the service has them') },
    onFailure: (err, rows) => logUnstored(log, err, rows),
    onRecovery: () => log.info('The audit trail can be stored again: all entries that waited are stored'),
  });
}

/** @returns where they wait for the file of lines */
export function queueOfLines({ file, log, pauseMs }: Parts & { readonly file: LogFile }): RetryQueue<EntryRow> {
  let hasFailed = false;
  return new RetryQueue({
    deliver: async ([row]) => file.append(lineOf(row!)),
    ...{ atOnce: 1, most: MOST_WAITING, pauseMs, lost: missing('the history has them') },
    onFailure: err => {
      if (!hasFailed) log.error({ err }, `AUDIT_LOG_FILE can't be written to: ${messageOf(err)}`);
      hasFailed = true;
    },
    onRecovery: () => {
      hasFailed = false;
      log.info('AUDIT_LOG_FILE can be written to again');
    },
  });
}

/** So that no entry is lost with the process. */
function logUnstored(log: Logger, err: unknown, rows: readonly EntryRow[]): void {
  for (const row of rows)
    log.error(
      { err: messageOf(err), audit: JSON.parse(lineOf(row)) },
      "An entry of the audit trail can't be stored now",
    );
}

/** Some MiB. */
const MOST_WAITING = 10_000;

/** @returns what makes the entry that shows a gap */
function missing(where: string): (count: number) => EntryRow {
  const actor = { tokenId: undefined, token: undefined, address: undefined };
  const message = `so many entries are missing here, since too many had to wait: ${where}`;
  return count => rowOf({ actor, action: 'audit', result: 'failed', count, detail: { message } });
}
