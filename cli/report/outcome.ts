import type { Finding } from '../../protocol/finding.ts';
import type { Rehearsal } from '../../protocol/manifest.ts';
import type { UnacceptedLoss } from '../../protocol/responses.ts';
import type { SharedCause } from '../errors.ts';

/** The three stages that every database goes through. */
export type StageName = 'dump' | 'zip' | 'upload';

/** How it ended for one database; an expected failure is a value that travels down the pipeline, not an exception. */
export interface Outcome {
  readonly database: string;
  /**
   * `complete`: stored, checked, and all that the source holds is in it. `incomplete`: stored, but something is missing
   * from it or no one could look. `failed`: there is no backup.
   */
  readonly state: 'complete' | 'incomplete' | 'failed';
  /** True for a zip that an earlier run left behind and this one tried to deliver. */
  readonly isLeftover: boolean;
  readonly startedAt: Date;
  /** From the start of the dump to the end of the last stage. */
  readonly seconds: number;
  readonly fileName: string;
  /** Size of the plain dump, when it got that far. */
  readonly dumpBytes?: number;
  readonly zipBytes?: number;
  /** How long the dump took, when it is known. */
  readonly dumpSeconds?: number;
  /** What the dump was seen to hold. */
  readonly tables?: number;
  readonly rows?: number;
  /** How its definitions were loaded into a throwaway server; left out with `--rehearse off`, and where there is no manifest. */
  readonly rehearsal?: Rehearsal;
  /** SHA-256 of the zip, in hexadecimal. */
  readonly sha256?: string;
  /** The id under which the service keeps the backup. */
  readonly backupId?: number;
  /** What makes it incomplete, and what else should be looked at. */
  readonly findings: readonly Finding[];
  /** What this backup, or the last complete one before it, has lost, as long as no one has accepted that. */
  readonly loss?: UnacceptedLoss;
  readonly failure?: Failure;
  /** Of the database, where this one is not complete: its newest complete backup; null when it has none, left out when not known. */
  readonly lastGood?: LastGood | null;
}

/** A complete backup that the service keeps. */
export interface LastGood {
  readonly id: number;
  readonly takenAt: Date;
}

export interface Failure {
  readonly stage: StageName;
  readonly message: string;
  /** What to do next. */
  readonly advice?: string;
  /** Path of a whole zip that waits in the work folder for the next run. */
  readonly keptAt?: string;
  /** Set where many databases can fail for the same cause: the mail then says it once. */
  readonly cause?: SharedCause;
}
