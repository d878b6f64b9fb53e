import { hostname } from 'node:os';
import process from 'node:process';
import type { RosterEntry } from '../../protocol/runs/roster-entry.ts';
import { withinRunLimits } from '../../protocol/runs/run-limits.ts';
import type { RunOutcome } from '../../protocol/runs/run-outcome.ts';
import type { RunReport as SentReport } from '../../protocol/runs/run-report.ts';
import type { DumpClients } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import type { ServiceToken } from '../config/secret-file.ts';
import manifest from '../package.json' with { type: 'json' };
import type { Outcome } from '../report/outcome.ts';
import type { RunReport } from '../report/run-report.ts';
import { listKey, partsOf } from './parts.ts';

/** The end of a run, as far as the service is to know it. */
export type EndedRun = Pick<RunReport, 'startedAt' | 'endedAt' | 'exitCode' | 'interruptedBy' | 'outcomes' | 'notDone'>;

/** What a report is made of. */
export interface Composing {
  readonly runId: string;
  readonly settings: ReportSettings;
  readonly run: EndedRun;
  /** All of the list; undefined where it could not be read. */
  readonly listed: readonly DatabaseSource[] | undefined;
  /** Of the run. */
  readonly token: ServiceToken | undefined;
  readonly clients: DumpClients | undefined;
  /** What ended the run or kept it from beginning; never with a secret. */
  readonly problem?: string | undefined;
  /** How long the upload of each zip took, by its name. */
  readonly uploadSeconds?: ReadonlyMap<string, number> | undefined;
}

/** The options that say who reports. */
export interface ReportSettings {
  readonly config: string;
  readonly source: string;
  readonly shard: string | undefined;
  readonly only?: readonly string[] | undefined;
}

/** A report, and the token to send it with; undefined for that of the run. */
export interface PartReport {
  readonly token: ServiceToken | undefined;
  readonly report: SentReport;
}

/**
 * Makes what the service is told about a run: a report for each token that the entries of the list use. A run of some databases only
 * says nothing of the parts that it did not touch.
 */
export function composeReports(composing: Composing): PartReport[] {
  const { settings, listed, token } = composing;
  const parts = partsOf(listed ?? [], token);
  const keys = parts.map(({ key }) => key);
  const reports = parts.map(({ key, token, sources }) => {
    const labels = new Set(sources.map(({ label }) => label));
    const report = {
      ...headOf(composing),
      ...{ part: key, parts: keys, roster: listed ? sources.map(rosterEntryOf) : null },
      outcomes: outcomesOf(labels, composing),
    };
    return { token, report: withinRunLimits(report) };
  });
  return settings.only === undefined ? reports : reports.filter(({ report }) => report.outcomes.length > 0);
}

function headOf({ runId, settings, run, clients, problem }: Composing) {
  const { deno, node } = process.versions;
  return {
    ...{ report_version: 1, run_id: runId, source: settings.source, shard: settings.shard ?? '' },
    ...{ list: listKey(settings.config), host: oneLine(hostname()) },
    versions: {
      sade: manifest.version,
      runtime: deno ? `deno ${deno}` : `node ${node}`,
      mysqldump: clients?.all.map(({ flavour, version }) => `${flavour} ${version}`).join(', ') || null,
    },
    ...{ started_at: run.startedAt.toISOString(), ended_at: notBefore(run.startedAt, run.endedAt).toISOString() },
    exit_code: run.exitCode,
    interrupted_by: (run.interruptedBy ?? null) as SentReport['interrupted_by'],
    ...{ partial: settings.only !== undefined, problem: problem || null, left_out: 0, cut: false },
  };
}

function rosterEntryOf({ label, every, grace, group }: DatabaseSource): RosterEntry {
  return { database: label, every: every ?? null, grace: grace ?? null, group: group ?? null };
}

/** A zip of a database that is no longer on the list is no matter of this run: no token may be for it. */
function outcomesOf(labels: ReadonlySet<string>, { run, uploadSeconds }: Composing): RunOutcome[] {
  return [
    ...run.outcomes
      .filter(({ database }) => labels.has(database))
      .map(outcome => outcomeOf(outcome, uploadSeconds?.get(outcome.fileName))),
    ...run.notDone.filter(label => labels.has(label)).map(notDoneOf),
  ];
}

function outcomeOf(outcome: Outcome, uploadSeconds: number | undefined): RunOutcome {
  const { database, state, isLeftover, startedAt, seconds, fileName, failure, findings, loss } = outcome;
  const codes = findings.map(({ code }) => code).filter(code => CODE.test(code));
  const endedAt = notBefore(startedAt, new Date(startedAt.getTime() + seconds * 1000));
  return {
    ...{ database, state, leftover: isLeftover },
    ...{ started_at: startedAt.toISOString(), ended_at: endedAt.toISOString() },
    stage: failure?.stage ?? null,
    message: failure ? failure.message || 'no reason is known' : null,
    advice: failure?.advice || null,
    cause: failure?.cause ? { where: failure.cause.where, why: failure.cause.why } : null,
    ...{ findings: codes, finding_count: findings.length, shrunk: loss !== undefined },
    ...{ file_name: fileName, backup_id: outcome.backupId ?? null },
    ...{ dump_bytes: outcome.dumpBytes ?? null, zip_bytes: outcome.zipBytes ?? null },
    ...{ tables: outcome.tables ?? null, rows: outcome.rows ?? null, seconds: Math.max(0, seconds) },
    stage_seconds: { dump: outcome.dumpSeconds ?? null, zip: null, upload: uploadSeconds ?? null },
  };
}

function notDoneOf(database: string): RunOutcome {
  return {
    ...{ database, state: 'not_done', leftover: false, started_at: null, ended_at: null, stage: null, message: null },
    ...{ advice: null, cause: null, findings: [], finding_count: 0, shrunk: false, file_name: null, backup_id: null },
    ...{ dump_bytes: null, zip_bytes: null, tables: null, rows: null, seconds: null },
    stage_seconds: { dump: null, zip: null, upload: null },
  };
}

/** As the service takes it: a later version of it may send others. */
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

/** A clock that is set back in the middle of a run must not cost the report. */
function notBefore(first: Date, second: Date): Date {
  return second < first ? first : second;
}

function oneLine(text: string): string {
  return (
    text
      .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
      .trim()
      .slice(0, 255) || 'unknown'
  );
}
