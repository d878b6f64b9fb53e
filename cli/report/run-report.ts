import { EXIT } from '../errors.ts';
import type { Outcome } from './outcome.ts';
import type { SnakeCased } from './snake-case.ts';

/** How a run ended. */
export interface RunReport {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly exitCode: number;
  readonly server: string;
  /** The signal that ended the run early. */
  readonly interruptedBy?: NodeJS.Signals;
  /** Databases that were to be backed up in this run. */
  readonly total: number;
  readonly outcomes: readonly Outcome[];
  /** Databases that the run did not get through, because it was interrupted. */
  readonly notDone: readonly string[];
  /** Paths of zips that wait in the work folder for the next run. */
  readonly kept: readonly string[];
  /** Labels of the databases that `--only` named; left out for a run of all. */
  readonly only?: readonly string[];
  /** What is worth a look and is about no database alone. */
  readonly warnings?: readonly string[];
  /** The one of the warnings that says that the run before ended without a mail. */
  readonly unfinished?: string;
}

/** The same as `--json` prints it. */
export type RunReportJson = SnakeCased<RunReport>;

/** @returns whether a backup is complete, and its database has lost nothing */
export function isFine({ state, loss }: Outcome): boolean {
  return state === 'complete' && !loss;
}

/**
 * @returns 0 only if every database has a complete backup without a loss, and nothing else failed; 2 if none
 *   has any
 */
export function exitCodeOf(outcomes: readonly Outcome[], total: number): number {
  const own = outcomes.filter(outcome => !outcome.isLeftover);
  if (own.filter(isFine).length === total && outcomes.every(isFine)) return EXIT.ok;
  return own.some(outcome => outcome.state !== 'failed') ? EXIT.someFailed : EXIT.noneSucceeded;
}
