import type { LoadResult } from '../../load/load-options.ts';
import type { Verification } from '../verify/verify-loaded.ts';

/** How a restore went, as far as it came. Fields are filled while it goes on. */
export interface RestoreResult {
  readonly startedAt: Date;
  endedAt: Date;
  outcome: 'agreed' | 'differs' | 'failed';
  /** Of each part, undefined where it was not done; `rto` is from the start of the fetch to the end of the comparison. */
  readonly seconds: { fetch?: number; load?: number; verify?: number; rto?: number };
  loaded?: LoadResult;
  verification?: Verification;
  /** Whether the target is as it was before. */
  isTargetUnchanged: boolean;
  /** For a person, such as `backup 71`; of a replace only. */
  safetyBackup?: string;
  /** Where the old tables of a replace are now. */
  oldDatabase?: string;
  /** Where what was loaded is, if it did not take the place of the old data. */
  stagingDatabase?: string;
  /** What a person should know or do, in sentences. */
  readonly notes: string[];
  /** Why it failed, or why not all agrees. */
  reason?: string;
}

export function beginResult(): RestoreResult {
  const startedAt = new Date();
  return { startedAt, endedAt: startedAt, outcome: 'failed', seconds: {}, isTargetUnchanged: true, notes: [] };
}

/** A restore that has failed, with how far it came. */
export class FailedRestore extends Error {
  readonly result: RestoreResult;

  constructor(cause: unknown, result: RestoreResult) {
    super('the restore failed', { cause });
    this.result = result;
  }
}
