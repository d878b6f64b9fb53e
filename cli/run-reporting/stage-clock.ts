import type { BackupJob, ProgressListener } from '../pipeline/jobs.ts';
import type { Outcome, StageName } from '../report/outcome.ts';

/** Takes the time of uploads. */
export class StageClock implements ProgressListener {
  /** When the last attempt began, on the clock of `performance`, by the name of the zip. */
  readonly #begun = new Map<string, number>();
  readonly #seconds = new Map<string, number>();

  /** How long the upload of each zip took that was uploaded, by its name. */
  get uploadSeconds(): ReadonlyMap<string, number> {
    return this.#seconds;
  }

  onStart({ fileName }: BackupJob, stage: StageName): void {
    if (stage === 'upload') this.#begun.set(fileName, performance.now());
  }

  onProgress(): void {}

  /** The database is through. */
  finish({ fileName }: Outcome): void {
    const begun = this.#begun.get(fileName);
    if (begun !== undefined) this.#seconds.set(fileName, (performance.now() - begun) / 1000);
  }
}
