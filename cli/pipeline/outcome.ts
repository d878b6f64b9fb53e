/** The three stages that every database goes through. */
export type Stage = 'dump' | 'zip' | 'upload';

/** How it ended for one database; an expected failure is a value that travels down the pipeline, not an exception. */
export interface Outcome {
  readonly database: string;
  readonly state: 'succeeded' | 'failed';
  /** True for a zip that an earlier run left behind and this one tried to deliver. */
  readonly isLeftover: boolean;
  readonly startedAt: Date;
  /** From the start of the dump to the end of the last stage. */
  readonly seconds: number;
  readonly fileName: string;
  /** Size of the plain dump, when it got that far. */
  readonly dumpBytes?: number;
  readonly zipBytes?: number;
  /** SHA-256 of the zip, in hexadecimal. */
  readonly sha256?: string;
  /** The id under which the service keeps the backup. */
  readonly backupId?: number;
  /** What did not stop the backup but should be looked at. */
  readonly warnings: readonly string[];
  readonly failure?: Failure;
}

export interface Failure {
  readonly stage: Stage;
  readonly message: string;
  /** What to do next. */
  readonly advice?: string;
  /** Path of a whole zip that waits in the work folder for the next run. */
  readonly keptAt?: string;
}
