import { createHash } from 'node:crypto';
import type { RunOutcome as SentOutcome } from '../../protocol/runs/run-outcome.ts';
import type { RunReport } from '../../protocol/runs/run-report.ts';
import type { RunEnd } from '../entities/runs/run.entity.ts';

/** How far the clocks of the client and of the service may differ before that is worth a word. */
const CLOCK_TOLERANCE_SECONDS = 15 * 60;

/** Who reported it, and when the service had it. */
export interface Receipt {
  readonly receivedAt: Date;
  /** The name of the token. */
  readonly reportedBy: string;
}

/** @returns a run as the history has it */
export function runRowOf(report: RunReport, json: string, { receivedAt, reportedBy }: Receipt) {
  const { exit_code: exitCode, outcomes, versions } = report;
  const own = outcomes.filter(({ leftover }) => !leftover);
  const count = (state: SentOutcome['state']) => own.filter(outcome => outcome.state === state).length;
  return {
    runId: report.run_id,
    source: report.source,
    shard: report.shard,
    list: report.list,
    part: report.part,
    host: storable(report.host),
    startedAt: notAfter(receivedAt, report.started_at),
    endedAt: notAfter(receivedAt, report.ended_at),
    receivedAt,
    clockAheadSeconds: clockAhead(report, receivedAt),
    exitCode,
    outcome: endOf(exitCode),
    isPartial: Number(report.partial),
    interruptedBy: report.interrupted_by ?? null,
    problem: report.problem === null ? null : storable(report.problem),
    total: own.length,
    completeCount: count('complete'),
    incompleteCount: count('incomplete'),
    failedCount: count('failed'),
    notDoneCount: count('not_done'),
    sadeVersion: storable(versions.sade),
    runtime: storable(versions.runtime),
    mysqldump: versions.mysqldump === null ? null : storable(versions.mysqldump),
    reportedBy,
    leftOut: Math.min(report.left_out, MAX_INT),
    isCut: Number(report.cut),
    digest: createHash('sha256').update(json).digest('hex'),
  };
}

/** @param run its id @returns an outcome as a row of the history */
export function outcomeRowOf(
  outcome: SentOutcome,
  run: number,
  times: { startedAt: Date; endedAt: Date; receivedAt: Date },
) {
  const { cause, findings, finding_count, stage_seconds } = outcome;
  const { dump_bytes, zip_bytes, tables, rows, seconds } = outcome;
  const detail = { findings, finding_count, dump_bytes, zip_bytes, tables, rows, seconds, stage_seconds };
  const at = (text: string | null, fallback: Date) => (text === null ? fallback : notAfter(times.receivedAt, text));
  return {
    run,
    database_name: outcome.database,
    state: outcome.state,
    is_leftover: Number(outcome.leftover),
    started_at: at(outcome.started_at, times.startedAt),
    ended_at: at(outcome.ended_at, times.endedAt),
    stage: outcome.stage,
    message: outcome.message === null ? null : storable(outcome.message),
    advice: outcome.advice === null ? null : storable(outcome.advice),
    cause_where: cause ? storable(cause.where) : null,
    cause_why: cause ? storable(cause.why) : null,
    is_shrunk: Number(outcome.shrunk),
    file_name: outcome.file_name === null ? null : storable(outcome.file_name),
    backup_id: outcome.backup_id,
    detail: JSON.stringify(detail),
  };
}

/** What stands in the column `detail` of an outcome. */
export type OutcomeDetail = Pick<
  SentOutcome,
  'findings' | 'finding_count' | 'dump_bytes' | 'zip_bytes' | 'tables' | 'rows' | 'seconds' | 'stage_seconds'
>;

/** A time in the future would make the run the newest one until that day comes, and no roster could change until then. */
function notAfter(receivedAt: Date, time: string): Date {
  return new Date(Math.max(0, Math.min(receivedAt.getTime(), Date.parse(time))));
}

/** What waited before it was sent is late; only a clock that is wrong is ahead. */
function clockAhead({ ended_at }: RunReport, receivedAt: Date): number {
  const seconds = Math.round((Date.parse(ended_at) - receivedAt.getTime()) / 1000);
  return seconds > CLOCK_TOLERANCE_SECONDS ? Math.min(seconds, MAX_INT) : 0;
}

/** As docs/reference/commands.md lists the exit codes. */
function endOf(exitCode: number): RunEnd {
  if (exitCode > 128) return 'interrupted';
  return (['ok', 'some_failed', 'none_succeeded'] as const)[exitCode] ?? 'broken';
}

/** @returns a text without half characters and NUL, which JSON may hold, and a column of the history may not */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{fffd}');
}

/** What a column of the history holds. */
const MAX_INT = 2 ** 31 - 1;
