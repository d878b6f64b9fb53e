import { stat } from 'node:fs/promises';
import type { DatabaseSource } from '../config/databases.ts';
import { adviceAboutFile, codeOf, ExplainedError, messageOf, type SharedCause } from '../errors.ts';
import { isDiskFull } from '../files/disk-space.ts';
import type { Failure, StageName } from '../report/outcome.ts';
import type { Spool } from '../spool/spool.ts';
import type { DiskRoom } from './disk-room.ts';
import { explainFullDisk, fullDiskFacts } from './explain-full-disk.ts';
import {
  type BackupJob,
  contentsOf,
  type FinishedJob,
  finishJob,
  type OverJob,
  type ProgressListener,
  type ZippedBackup,
} from './jobs.ts';

export interface FailuresOptions {
  readonly spool: Spool;
  readonly room: DiskRoom;
  readonly progress: ProgressListener;
}

/** Where a job has failed. */
interface FailedAt {
  readonly stage: StageName;
  readonly backup: BackupJob;
}

type Explanation = Pick<Failure, 'message' | 'advice' | 'cause'>;

/** Makes an outcome of what fails the backup of one database: it must not cost the others theirs. */
export class Failures {
  readonly #options: FailuresOptions;
  /** The same words for each failure on a full disk, so that the mail can say them once. */
  #fullDisk: SharedCause | undefined;

  constructor(options: FailuresOptions) {
    this.#options = options;
  }

  /**
   * @param error of the dump or the zip of a source
   * @returns a postponed job when the disk was full, and others took their part of it
   * @throws the signal's reason when aborted
   */
  async ofSource(error: unknown, at: FailedAt & { source: DatabaseSource }, signal: AbortSignal): Promise<OverJob> {
    signal.throwIfAborted();
    const { source, stage, backup } = at;
    const failure = { stage, ...(await this.#explain(error, backup)) };
    const { room, progress } = this.#options;
    if (!isDiskFull(error) || !room.lookUp(backup.fileName)?.hadCompany)
      return finishJob(backup, { state: 'failed', failure });
    progress.onWait?.(backup);
    return { kind: 'postponed', source, fileName: backup.fileName };
  }

  /** @param error of the upload of a zip @throws the signal's reason when aborted */
  async ofUpload(error: unknown, zipped: ZippedBackup, signal: AbortSignal): Promise<FinishedJob> {
    signal.throwIfAborted();
    return failedUpload(zipped, await this.#explain(error, zipped.backup));
  }

  async #explain(error: unknown, { fileName }: BackupJob): Promise<Explanation> {
    if (!isDiskFull(error)) return explainFailure(error);
    const { room, spool } = this.#options;
    room.isWritten(fileName);
    const { cause, ...explained } = explainFullDisk(error, await fullDiskFacts(spool, room.lookUp(fileName)));
    this.#fullDisk ??= cause;
    return { ...explained, cause: this.#fullDisk };
  }
}

/** @returns how the job ends whose zip is not delivered: it is kept for the next run */
export async function failedUpload(zipped: ZippedBackup, why: Explanation): Promise<FinishedJob> {
  const isKept = await stat(zipped.path).then(
    () => true,
    () => false,
  );
  const failure = { stage: 'upload' as const, ...why, ...(isKept && { keptAt: zipped.path }) };
  return finishJob(zipped.backup, { state: 'failed', ...contentsOf(zipped), failure });
}

/** Even a bug met on one database must not cost the others their backup; but it is shown as what it is. */
export function explainFailure(error: unknown): Explanation {
  if (error instanceof ExplainedError) {
    const { message, advice, sharedCause: cause } = error;
    return { message, ...(advice && { advice }), ...(cause && { cause }) };
  }
  const code = codeOf(error) ?? codeOf((error as Error).cause);
  const advice = adviceAboutFile(error) ?? adviceAboutFile((error as Error).cause);
  if (code !== undefined || !(error instanceof Error)) return { message: messageOf(error), ...(advice && { advice }) };
  return { message: `unexpected ${error.stack}`, advice: 'This looks like a bug in sade: please report it.' };
}
