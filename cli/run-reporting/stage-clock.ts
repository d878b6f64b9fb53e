import type { BackupJob, ProgressListener } from '../pipeline/jobs.ts';
import type { Outcome } from '../report/outcome.ts';

/** Takes the time of uploads, and tells another listener what it is told. */
export class StageClock implements ProgressListener {
  readonly #other: ProgressListener;
  /** When the last attempt began, on the clock of `performance`, by the name of the zip. */
  readonly #begun = new Map<string, number>();
  readonly #seconds = new Map<string, number>();

  constructor(other: ProgressListener) {
    this.#other = other;
  }

  onStart(...[backup, stage, file]: Parameters<ProgressListener['onStart']>): void {
    if (stage === 'upload') this.#begun.set(backup.fileName, performance.now());
    this.#other.onStart(backup, stage, file);
  }

  onProgress(backup: BackupJob, bytes: number): void {
    this.#other.onProgress(backup, bytes);
  }

  onWait(backup: BackupJob): void {
    this.#other.onWait?.(backup);
  }

  /** The database is through. */
  finish({ fileName }: Outcome): void {
    const begun = this.#begun.get(fileName);
    if (begun !== undefined) this.#seconds.set(fileName, (performance.now() - begun) / 1000);
  }

  /** @returns how long the upload of a zip took; undefined where it was not uploaded */
  uploadSeconds({ fileName }: Pick<Outcome, 'fileName'>): number | undefined {
    return this.#seconds.get(fileName);
  }
}
