import { boolean, type InferType, mixed, object, string } from 'yup';
import { listOf, text } from './report-lists.ts';
import { loadedFields, MAX_LISTED, seconds, timesProblem } from './report-parts.ts';

/** `agreed`: all that was restored is as the backup says; `differs`: it was loaded, but something is not. */
export const RESTORE_OUTCOMES = ['agreed', 'differs', 'failed'] as const;
export type RestoreOutcome = (typeof RESTORE_OUTCOMES)[number];

const fields = object({
  ...loadedFields,
  outcome: mixed<RestoreOutcome>().oneOf(RESTORE_OUTCOMES).required(),
  target: object({
    /** Host and port, or the socket: never with a user or a password. */
    host: string().required().max(512),
    database: string().required().max(64),
    /** The database was made for this, it was there and empty, it got the chosen tables, or it was replaced. */
    kind: mixed<'new' | 'empty' | 'existing' | 'replaced'>().oneOf(['new', 'empty', 'existing', 'replaced']).required(),
  }).required(),
  /** Which part of the backup was to be restored. */
  parts: mixed<'all' | 'schema' | 'data'>().oneOf(['all', 'schema', 'data']).required(),
  /** The tables that were chosen, the first ones; null for all. */
  tables: listOf<string>(MAX_LISTED, text(512)).nullable(),
  /** The zip that was made of the target before it was replaced; null without one. */
  safety_backup: string().min(1).max(255).nullable().defined(),
  /** Whether the target is as it was before. Only a restore that failed can leave it so. */
  target_unchanged: boolean().required(),
  seconds: object({ fetch: seconds(), load: seconds(), keys: seconds(), verify: seconds() }).required(),
});

export type RestoreReport = InferType<typeof fields>;

/** What `POST /-/restores` takes: how a restore went, as `sade restore` reports it (docs/reference/formats.md). */
export const restoreReport = fields.test('sense', (report, context) => {
  const problem = timesProblem(report) ?? outcomeProblem(report);
  return problem === undefined || context.createError({ message: `The report ${problem}` });
});

/** No report may say that all agrees and show that it does not. Fields of a wrong type are reported by their own tests. */
function outcomeProblem(report: Partial<RestoreReport>): string | undefined {
  const { outcome, difference_count: count, reason, rto_seconds: rto, target_unchanged: isUnchanged } = report;
  if (outcome === 'failed') return reason ? undefined : 'says that it failed, and no reason';
  if (isUnchanged) return 'says that it was restored, and that the target is unchanged';
  if (outcome === 'differs')
    return count || reason ? undefined : 'says that it differs, and neither a difference nor a reason';
  if (outcome !== 'agreed') return undefined;
  if (count !== 0) return 'says that all agrees, and has differences';
  return typeof rto === 'number'
    ? undefined
    : 'says that all agrees, but has no time from the fetch to the verification';
}
