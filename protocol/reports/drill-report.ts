import { type InferType, mixed, object, string } from 'yup';
import { DRILL_OUTCOMES, type DrillOutcome } from '../last-drill.ts';
import { anyText, type FieldCheck, isBoolean, isSeconds, listOf, nullable, oneLine, text } from './report-lists.ts';
import { loadedFields, MAX_LISTED, MAX_LISTED_TEXT, seconds, timesProblem } from './report-parts.ts';

/** A check of the user: SQL with its expected result. */
export interface ReportedCheck {
  readonly name: string;
  /** Shortened. */
  readonly sql: string;
  readonly expected: string;
  /** Null where there was no result: `error` says why. */
  readonly found: string | null;
  readonly error: string | null;
  readonly agrees: boolean;
  readonly seconds: number | null;
}

const check: Record<keyof ReportedCheck, FieldCheck> = {
  name: oneLine(256),
  sql: text(MAX_LISTED_TEXT),
  expected: anyText(MAX_LISTED_TEXT),
  found: nullable(anyText(MAX_LISTED_TEXT)),
  error: nullable(text(MAX_LISTED_TEXT)),
  agrees: isBoolean,
  seconds: nullable(isSeconds),
};

const fields = object({
  ...loadedFields,
  outcome: mixed<DrillOutcome>().oneOf(DRILL_OUTCOMES).required(),
  target: object({
    /** A throwaway server of this machine, or a server that was given. */
    kind: mixed<'throwaway' | 'given'>().oneOf(['throwaway', 'given']).required(),
    /** Of a given one: host and port, or the socket; never with a user or a password. */
    host: string().min(1).max(512).nullable().defined(),
  }).required(),
  /** The dump that was made of the restored database, beside the backup's, dates aside. Null where none was made, or it can't be compared: `not_tested` says why. */
  dump_again: mixed<'same' | 'differs'>().oneOf(['same', 'differs']).nullable().defined(),
  checks: listOf<ReportedCheck>(MAX_LISTED, check),
  seconds: object({
    ...{ fetch: seconds(), load: seconds(), keys: seconds(), verify: seconds() },
    ...{ checks: seconds(), dump_again: seconds() },
  }).required(),
});

export type DrillReport = InferType<typeof fields>;

/** What `POST /-/drills` takes: what a drill of one backup showed, as `sade drill` reports it (docs/reference/formats.md). */
export const drillReport = fields.test('sense', (report, context) => {
  const problem = timesProblem(report) ?? outcomeProblem(report);
  return problem === undefined || context.createError({ message: `The report ${problem}` });
});

/** No report may say that a backup is restorable and show that it is not. Fields of a wrong type are reported by their own tests. */
function outcomeProblem(report: Partial<DrillReport>): string | undefined {
  const { outcome, reason } = report;
  if (outcome === 'not_restorable' || outcome === 'could_not_test')
    return reason ? undefined : `says ${outcome}, and no reason`;
  if (outcome !== 'restorable') return undefined;
  if (report.difference_count !== 0) return 'says restorable, and has differences';
  if (report.dump_again === 'differs') return 'says restorable, but its second dump differs';
  if (report.dump_again === null && report.not_tested?.length === 0)
    return 'says restorable without a second dump, and does not say that this was not tested';
  const failed = Array.isArray(report.checks) && report.checks.find(each => each?.agrees !== true);
  if (failed) return `says restorable, but the check ${failed?.name} does not agree`;
  return typeof report.rto_seconds === 'number'
    ? undefined
    : 'says restorable, but has no time from the fetch to the verification';
}
