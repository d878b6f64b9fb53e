import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './problems.ts';
import type { RunReport } from './report.ts';

/** How the last run ended, as it is read from the work folder: dates are texts there. */
export type LastRun = Omit<RunReport, 'startedAt' | 'endedAt'> & {
  readonly startedAt: string;
  readonly endedAt: string;
};

/** Leaves the report of a run in the work folder, for `sade doctor`. On a full disk that must not spoil the run. */
export async function writeLastRun(folder: string, report: RunReport): Promise<void> {
  const path = join(folder, FILE);
  try {
    await writeFile(path, JSON.stringify(report, null, 2), { mode: 0o600 });
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

const FILE = 'last-run.json';
