import type { RestoreReport } from '../../../protocol/reports/restore-report.ts';
import { BrokenRun, CommandError, ConfigurationError, EXIT, ExplainedError, messageOf } from '../../errors.ts';
import { Interrupted } from '../../interruption.ts';
import { snakeCased } from '../../report/snake-case.ts';
import { printableJson } from '../../terminal/printable.ts';
import { planAsJson } from '../plan/plan-json.ts';
import type { RestorePlan } from '../plan/restore-plan.ts';

/** What is known when a restore ends, without secrets. */
export interface RestoreAnswer {
  plan?: RestorePlan;
  result?: RestoreReport;
  /** What a person should know or do after it, in sentences: the report of the service has no place for them. */
  notes?: readonly string[];
}

/**
 * @param error with which it ends, if it does
 * @returns what `sade restore --json` prints: one object that always has the same keys, null where there is nothing
 */
export function restoreJson({ plan, result, notes = [] }: RestoreAnswer, error: unknown): string {
  const answer = {
    ...snakeCased({ plan: plan ? planAsJson(plan) : null }),
    result: result ? { ...result, warnings: notes } : null,
    error: error === undefined ? null : describe(error),
  };
  return `${printableJson(answer)}\n`;
}

function describe(error: unknown) {
  const cause = error instanceof BrokenRun ? error.cause : error;
  const hasAdvice = cause instanceof ConfigurationError || cause instanceof ExplainedError;
  return { message: messageOf(cause), advice: (hasAdvice && cause.advice) || null, exit_code: exitCodeOf(error) };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return EXIT.interrupted[error.signal];
  return error instanceof BrokenRun || error instanceof CommandError ? error.exitCode : EXIT.noneSucceeded;
}
