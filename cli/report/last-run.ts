import { join } from 'node:path';
import { codeOf, ExplainedError, messageOf } from '../errors.ts';
import { readPlainFile, writeFileAtomically } from '../files/atomic-file.ts';
import { parseLastRun } from './last-run-schema.ts';
import type { RunReport } from './run-report.ts';
import { snakeCased } from './snake-case.ts';

/** What the work folder keeps of the last run of all databases, and of those of some since. */
export interface LastRun extends RunReport {
  /** How the mail of the run of all began; kept once outcomes of a later run stand among its own. */
  readonly verdict?: string;
  /** The latest run of some databases only since then: its outcomes stand among the others. */
  readonly amendedBy?: Amendment;
  /** The warnings that were reported before, with the time of the last mail about each. */
  readonly told?: readonly ReportedWarning[];
}

export interface Amendment {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly exitCode: number;
  /** How its mail began; a version of before did not write it. */
  readonly verdict?: string;
  /** Labels, also of those that it was to back up and did not. */
  readonly databases: readonly string[];
}

export interface ReportedWarning {
  /** Left out for one that is about all. */
  readonly database?: string;
  /** The text; of a finding without the numbers in it. */
  readonly text: string;
  readonly toldAt: Date;
}

/** Its name in the work folder. */
const LAST_RUN = 'last-run.json';

/**
 * Leaves the report of a run in the work folder, for `sade doctor` and the next run. A crash leaves the old one or the new one.
 * @throws {ExplainedError} when it can't be written, such as on a full disk; the old one is still there then
 */
export async function writeLastRun(folder: string, report: LastRun): Promise<void> {
  const path = join(folder, LAST_RUN);
  try {
    await writeFileAtomically(path, `${JSON.stringify(snakeCased(report), null, 2)}\n`, 0o600);
  } catch (error) {
    throw new ExplainedError(`${path} can't be written: ${messageOf(error)}`, {
      cause: error,
      advice: 'sade doctor shows the run before this one until that is fixed. Check the disk of the work folder.',
    });
  }
}

/**
 * @returns undefined when there was no run from this folder
 * @throws {ExplainedError} when what is there can't be read as a report, with the reason
 */
export async function readLastRun(folder: string): Promise<LastRun | undefined> {
  const path = join(folder, LAST_RUN);
  try {
    return parseLastRun(await readPlainFile(path, MAX_BYTES));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new ExplainedError(`${path} can't be read: ${messageOf(error)}`, {
      cause: error,
      advice:
        'How the last run ended is not known from here. Check the disk of the work folder; the next run writes the file again.',
    });
  }
}

/** A run of thousands of databases, each with hundreds of findings, takes less. */
const MAX_BYTES = 64 * 2 ** 20;
