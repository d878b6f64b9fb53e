import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runReport, type RunReport as SentReport } from '../../protocol/runs/run-report.ts';
import { codeOf } from '../errors.ts';
import { readPlainFile, writeFileAtomically } from '../files/atomic-file.ts';

/** The folder in the work folder, where the reports of runs wait that the service could not take. */
export const UNSENT = 'unsent-reports';

/** So many runs are kept: those of a month. The service needs the newest ones first of all. */
const MOST_RUNS = 30;
/** The reports of a run with thousands of databases take less. */
const MAX_BYTES = 64 * 2 ** 20;
/** What follows the name of a file that is being written. */
const PART = '.part';
const NAME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json$/;

/** Keeps the reports of runs that could not be sent. One run at a time may use it: the lock of the work folder sees to that. */
export class ReportSpool {
  readonly #folder: string;

  /** @param workFolder private to this user */
  constructor(workFolder: string) {
    this.#folder = join(workFolder, UNSENT);
  }

  /** Keeps the reports of one run, in place of what was kept of it. The oldest runs go where there are too many. @throws what the system says */
  async keep(reports: readonly SentReport[]): Promise<void> {
    const [first] = reports;
    if (!first) return;
    await mkdir(this.#folder, { mode: 0o700 }).catch(ignoreCode('EEXIST'));
    await writeFileAtomically(join(this.#folder, nameOf(first)), `${JSON.stringify(reports)}\n`, 0o600);
    for (const name of (await this.names()).slice(0, -MOST_RUNS)) await this.forget(name);
  }

  /** @returns the names of the files, those of the oldest runs first. What a crash has left half-written is removed. */
  async names(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names)
      if (name.endsWith(PART) && NAME.test(name.slice(0, -PART.length))) await this.forget(name);
    return names.filter(name => NAME.test(name)).sort();
  }

  /** @returns the reports of a run that wait; none where the file can't be read as such */
  async read(name: string): Promise<SentReport[]> {
    try {
      const reports: unknown = JSON.parse(await readPlainFile(join(this.#folder, name), MAX_BYTES));
      return Array.isArray(reports) ? reports.filter(report => runReport.isValidSync(report, { strict: true })) : [];
    } catch {
      return [];
    }
  }

  /** Removes what was kept of a run, and the folder with the last one. Never throws: a report that is sent twice is stored once. */
  async forget(name: string): Promise<void> {
    await rm(join(this.#folder, name), { force: true }).catch(() => {});
    await rmdir(this.#folder).catch(() => {});
  }
}

/** Sorted, they are in the order of the runs. */
function nameOf({ started_at, run_id }: SentReport): string {
  return `${started_at.replaceAll(/[:.]/g, '-')}-${run_id}.json`;
}

function ignoreCode(code: string): (error: unknown) => void {
  return error => {
    if (codeOf(error) !== code) throw error;
  };
}
