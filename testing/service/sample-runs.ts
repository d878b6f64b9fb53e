import { randomUUID } from 'node:crypto';
import type { RosterEntry } from '../../protocol/runs/roster-entry.ts';
import type { RunOutcome } from '../../protocol/runs/run-outcome.ts';
import type { RunReport } from '../../protocol/runs/run-report.ts';

/** Of the list of a sample; another list of the same source has another one. */
export const SAMPLE_LIST = '0123456789abcdef';

/** @returns an entry of a roster without a contract of its own */
export function sampleEntry(database: string, fields: Partial<RosterEntry> = {}): RosterEntry {
  return { database, every: null, grace: null, group: null, ...fields };
}

/** @returns the outcome of a database that has a complete backup */
export function sampleOutcome(database: string, fields: Partial<RunOutcome> = {}): RunOutcome {
  return {
    database,
    ...{ state: 'complete', leftover: false, stage: null, message: null, advice: null, cause: null },
    ...{ started_at: '2026-11-24T01:30:00.000Z', ended_at: '2026-11-24T01:30:20.000Z' },
    ...{ findings: [], finding_count: 0, shrunk: false, backup_id: 1 },
    file_name: `mysql-2026-11-24-01-30-00-${database}-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql.zip`,
    ...{ dump_bytes: 52_428_800, zip_bytes: 9_000_000, tables: 12, rows: 120_000, seconds: 20 },
    stage_seconds: { dump: 12, zip: 14, upload: 6 },
    ...fields,
  };
}

/** @returns the outcome of a database whose server did not answer */
export function sampleFailure(database: string, fields: Partial<RunOutcome> = {}): RunOutcome {
  return sampleOutcome(database, {
    ...{ state: 'failed', stage: 'dump', message: 'connect ECONNREFUSED 10.0.0.5:3306', advice: 'Start the server.' },
    cause: { where: '10.0.0.5:3306', why: 'refuses connections' },
    ...{ file_name: null, backup_id: null, dump_bytes: null, zip_bytes: null, tables: null, rows: null },
    stage_seconds: { dump: 1, zip: null, upload: null },
    ...fields,
  });
}

/** @returns the report of a run in which all went well with the databases that are named, under an id of its own */
export function sampleRun(databases: readonly string[], fields: Partial<RunReport> = {}): RunReport {
  return {
    ...{ report_version: 1, run_id: randomUUID(), source: 'web1', shard: '', list: SAMPLE_LIST, part: '', parts: [''] },
    ...{
      host: 'web1.example.com',
      versions: { sade: '0.1.0', runtime: 'node 24.11.1', mysqldump: 'mariadb 10.11.14' },
    },
    ...{ started_at: '2026-11-24T01:30:00.000Z', ended_at: '2026-11-24T01:31:00.000Z', exit_code: 0 },
    ...{ interrupted_by: null, partial: false, problem: null, left_out: 0, cut: false },
    roster: databases.map(database => sampleEntry(database)),
    outcomes: databases.map(database => sampleOutcome(database)),
    ...fields,
  };
}
