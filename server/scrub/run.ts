import type { Logger } from 'pino';
import type { BackupEvents } from '../backups/events/backup-events.ts';
import type { Backup } from '../entities/backup.entity.ts';
import { toExpectedError } from '../errors/expected-error.ts';
import type { Orm } from '../history/orm.ts';
import type { Storage } from '../storage/storage.ts';
import { type FileScrub, scrubFile } from './check-file.ts';
import { dueBackups, type ScrubScope } from './due.ts';
import { UnreadableFile } from './stored-damage.ts';
import { createThrottle } from './throttle.ts';

/** One scrub from its beginning to its end. The figures grow while it runs. */
export interface ScrubRun {
  readonly scope: ScrubScope;
  readonly startedAt: Date;
  /** Null while it runs. */
  endedAt: Date | null;
  /** Files of which it is known now how they are. */
  filesChecked: number;
  filesDamaged: number;
  filesUnreadable: number;
  /** Those that were marked as damaged and are sound again. */
  filesHealed: number;
  bytesRead: number;
  /** What went wrong last. All clients can read it, so it contains no path of this machine. */
  lastError: string | null;
}

export function newRun(scope: ScrubScope): ScrubRun {
  const none = { filesChecked: 0, filesDamaged: 0, filesUnreadable: 0, filesHealed: 0, bytesRead: 0 };
  return { scope, startedAt: new Date(), endedAt: null, ...none, lastError: null };
}

export interface RunParts {
  readonly history: Orm;
  readonly storage: Storage;
  /** Is told when the state of a backup changes. */
  readonly events: BackupEvents;
  readonly log: Logger;
  /** 0 means as fast as it goes. */
  readonly bytesPerSecond: number;
}

/** Goes through all that is due until the signal says stop. Never throws: what ends it early is logged, and in `lastError`. */
export async function completeRun(run: ScrubRun, parts: RunParts, signal: AbortSignal): Promise<void> {
  const { history, log } = parts;
  const scrub = fileScrub(run, parts, signal);
  try {
    for await (const backup of dueBackups(history, run.scope)) {
      signal.throwIfAborted();
      await checkOne(run, scrub, backup);
    }
  } catch (error) {
    if (!signal.aborted) {
      run.lastError =
        toExpectedError(error)?.message ?? 'An internal error ended it: the log of the service shows the cause';
      log.error(
        { err: error },
        'The scrub of the stored files ended early: the next scrub continues where this one stopped',
      );
    }
  }
  run.endedAt = new Date();
  if (!signal.aborted) tell(run, log);
}

async function checkOne(run: ScrubRun, scrub: FileScrub, backup: Backup): Promise<void> {
  try {
    const result = await scrubFile(scrub, backup);
    if (result !== 'skipped') run.filesChecked += 1;
    if (result === 'damaged') run.filesDamaged += 1;
    if (result === 'healed') run.filesHealed += 1;
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    const { id, fileName, database } = backup;
    run.filesUnreadable += 1;
    run.lastError = error.message;
    scrub.log.error(
      { backup: id, database: database.name, file: fileName, err: error.cause },
      `Backup ${id} of ${database.name}: ${error.message}. Its state is unknown, and the next scrub reads it again: check the disk and the permissions of the folder`,
    );
  }
}

function fileScrub(
  run: ScrubRun,
  { history, storage, events, log, bytesPerSecond }: RunParts,
  signal: AbortSignal,
): FileScrub {
  const pace = createThrottle(bytesPerSecond);
  const onHastyRead = (bytes: number) => {
    run.bytesRead += bytes;
    pace.spend(bytes);
  };
  return {
    history,
    storage,
    events,
    log,
    signal,
    // A clock that was set back must not make a file due again in the same run.
    now: () => new Date(Math.max(Date.now(), run.startedAt.getTime())),
    onHastyRead,
    async onRead(bytes) {
      onHastyRead(bytes);
      await pace.rest(signal);
    },
  };
}

function tell({ scope: _, startedAt, endedAt, ...figures }: ScrubRun, log: Logger): void {
  const ms = endedAt!.getTime() - startedAt.getTime();
  const { filesChecked, filesDamaged, filesUnreadable } = figures;
  log.info(
    {
      files_checked: filesChecked,
      files_damaged: filesDamaged,
      files_unreadable: filesUnreadable,
      files_healed: figures.filesHealed,
      bytes_read: figures.bytesRead,
      last_error: figures.lastError,
      ms,
    },
    `Scrub: ${filesChecked} stored files checked, ${filesDamaged} damaged, ${filesUnreadable} not readable`,
  );
}
