import { withoutSecrets } from '../../secrets/source-redactor.ts';
import type { RestorePlan } from '../plan/restore-plan.ts';
import { FailedRestore, type RestoreResult } from '../run/restore-result.ts';

type Redact = (text: string) => string;

/** @returns a plan as it may be shown; the names of the database and of the backup stay: it is about them */
export function redactedPlan(plan: RestorePlan, redact: Redact): RestorePlan {
  const { backup, target } = plan;
  return {
    ...plan,
    backup: { ...backup, from: redact(backup.from) },
    target: { ...target, version: redact(target.version), account: redact(target.account) },
    definers: plan.definers?.map(definer => ({ ...definer, account: redact(definer.account) })),
    steps: plan.steps.map(redact),
    warnings: plan.warnings.map(redact),
    problems: plan.problems.map(problem => ({
      ...{ ...problem, message: redact(problem.message), advice: redact(problem.advice) },
    })),
  };
}

/** Takes the secrets out of all that a server or a dump has said in a restore that has ended. */
export function redactResult(result: RestoreResult, redact: Redact): void {
  result.notes.splice(0, result.notes.length, ...result.notes.map(redact));
  if (result.reason !== undefined) result.reason = redact(result.reason);
  const { loaded, verification } = result;
  if (loaded)
    result.loaded = {
      ...loaded,
      whyInOrder: loaded.whyInOrder && redact(loaded.whyInOrder),
      missingDefiners: loaded.missingDefiners.map(redact),
      changes: loaded.changes.map(change => ({
        ...{ ...change, what: redact(change.what), object: change.object && redact(change.object) },
      })),
    };
  if (verification)
    result.verification = {
      ...verification,
      notCounted: verification.notCounted.map(redact),
      differences: verification.differences.map(difference => ({
        ...{ ...difference, name: redact(difference.name) },
        ...{ expected: redact(difference.expected), found: redact(difference.found) },
      })),
    };
}

/** @returns the same error without secrets, and what a failed restore says */
export function redactedError(error: unknown, redact: Redact): unknown {
  if (error instanceof FailedRestore) {
    redactResult(error.result, redact);
    withoutSecrets(error.cause, redact);
  }
  return withoutSecrets(error, redact);
}
