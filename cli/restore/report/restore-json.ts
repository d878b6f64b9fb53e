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
  /** What a restore that ended early has left on the server, and how to start again; the screen has it. */
  left?: readonly string[];
}

/**
 * @param error with which it ends, if it does
 * @returns what `sade restore --json` prints: one object that always has the same keys, null where there is nothing
 */
export function restoreJson(answer: RestoreAnswer, error: unknown): string {
  return `${printableJson(endAsJson(answer, error))}\n`;
}

/** What is known when the restore of one of several databases ends. */
export interface NamedAnswer extends RestoreAnswer {
  readonly database: string;
  readonly outcome: string;
  readonly error?: unknown;
}

/**
 * @param error with which all end, if they do
 * @returns what `sade restore --json` prints of several databases: one object, each database in the order of the command
 */
export function restoresJson(answers: readonly NamedAnswer[], error: unknown): string {
  const databases = answers.map(({ database, outcome, ...answer }) => ({
    ...{ database, outcome },
    ...endAsJson(answer, answer.error),
  }));
  return `${printableJson({ databases, error: error === undefined ? null : describe(error) })}\n`;
}

function endAsJson({ plan, result, notes = [] }: RestoreAnswer, error: unknown) {
  return {
    ...snakeCased({ plan: plan ? planAsJson(plan) : null }),
    result: result ? { ...result, warnings: notes } : null,
    error: error === undefined ? null : describe(error),
  };
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
