import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../problems.ts';
import { exitCodeOf, type RunReport } from './report.ts';

/** How the last run ended, as it is read from the work folder: dates are texts there. */
export type LastRun = Omit<RunReport, 'startedAt' | 'endedAt'> & {
  readonly startedAt: string;
  readonly endedAt: string;
};

/**
 * Leaves the report of a run in the work folder, for `sade doctor`. On a full disk that must not spoil the run.
 * @param isPartOnly whether the run was of some databases only: what is known of the others from the run before stays
 */
export async function writeLastRun(folder: string, report: RunReport, isPartOnly: boolean): Promise<void> {
  const path = join(folder, FILE);
  try {
    const before = isPartOnly ? await readLastRun(folder) : undefined;
    const left = before ? mendedBy(before, report) : report;
    await writeFile(path, JSON.stringify(left, null, 2), { mode: 0o600 });
  } catch {
    await rm(path, { force: true }).catch(() => {});
  }
}

/** @returns undefined when there was none, or when what is there can't be read as a report */
export async function readLastRun(folder: string): Promise<LastRun | undefined> {
  try {
    const report = JSON.parse(await readFile(join(folder, FILE), 'utf8')) as LastRun | null;
    return report && Array.isArray(report.outcomes) ? report : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A failure of the night must not be forgotten because another database was backed up in the morning. */
function mendedBy(before: LastRun, report: RunReport): LastRun {
  const done = new Set(report.outcomes.map(({ database }) => database));
  const outcomes = [...before.outcomes.filter(({ database }) => !done.has(database)), ...report.outcomes];
  const notDone = before.notDone.filter(label => !done.has(label));
  const own = outcomes.filter(({ isLeftover }) => !isLeftover).map(({ database }) => database);
  const total = new Set([...own, ...notDone]).size;
  const exitCode = before.interruptedBy && notDone.length > 0 ? before.exitCode : exitCodeOf(outcomes, total);
  const { interruptedBy, ...rest } = before;
  const stillInterrupted = interruptedBy && notDone.length > 0 ? { interruptedBy } : {};
  return { ...rest, ...stillInterrupted, total, outcomes, notDone, exitCode, kept: report.kept };
}

const FILE = 'last-run.json';
