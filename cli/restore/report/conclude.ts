import type { RestoreReport } from '../../../protocol/reports/restore-report.ts';
import { accessFor } from '../../access/service-access.ts';
import { overEcho } from '../../terminal/over-echo.ts';
import { printableBlock, printableInLine } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { wrap } from '../../terminal/wrap.ts';
import type { PreparedRestore } from '../plan/prepare.ts';
import { leftBehind } from '../run/left-behind.ts';
import { FailedRestore, type RestoreResult } from '../run/restore-result.ts';
import type { RestoreSettings } from '../target/wish-of.ts';
import { redactedError, redactResult } from './redacted.ts';
import { reportOf } from './restore-report.ts';
import { renderResult } from './result-screen.ts';
import { sendReport } from './send-report.ts';

export interface Concluding {
  readonly prepared: PreparedRestore;
  readonly settings: Pick<RestoreSettings, 'access'>;
  readonly signal: AbortSignal;
  /** Takes the secrets out of a text. */
  readonly redact: (text: string) => string;
  readonly stderr: NodeJS.WriteStream;
  /** Where a person reads the result. */
  readonly out: NodeJS.WriteStream;
}

/** What is known of a restore that ended early. */
export interface ConcludedFailure {
  /** Why, for the exit code and the message. */
  readonly cause: unknown;
  /** In sentences, what is on the server now, and how to start again. */
  readonly left: readonly string[];
  readonly report?: RestoreReport;
  readonly notes?: readonly string[];
}

/** Prints how a restore went that came to its end, and tells the service. @returns what it was told */
export async function conclude(concluding: Concluding, result: RestoreResult): Promise<RestoreReport> {
  const { prepared, out, redact } = concluding;
  redactResult(result, redact);
  const report = reportOf(prepared, result);
  out.write(renderResult(prepared, result, out));
  await tell(concluding, report);
  return report;
}

/**
 * Prints what a restore that ended early has left, and tells the service of one that was not interrupted.
 */
export async function concludeFailure(concluding: Concluding, error: unknown): Promise<ConcludedFailure> {
  if (!(error instanceof FailedRestore)) return { cause: error, left: [] };
  const { prepared, stderr, signal, redact } = concluding;
  redactedError(error, redact);
  const width = screenWidth(stderr);
  const left = leftBehind(prepared, error.result);
  stderr.write(overEcho(stderr));
  for (const text of left) stderr.write(`${wrap(printableBlock(text, '    '), width, '  ')}\n`);
  if (signal.aborted) return { cause: error.cause, left };
  const report = reportOf(prepared, error.result);
  await tell(concluding, report);
  return { cause: error.cause, left, report, notes: error.result.notes };
}

/** The restore is as good with a service that does not know of it. */
async function tell({ prepared, settings, signal, stderr, redact }: Concluding, report: RestoreReport): Promise<void> {
  const problem = await sendReport(report, accessFor(settings.access, prepared.target.entry), signal);
  if (problem !== undefined)
    stderr.write(`This restore is not in the history of the service: ${printableInLine(redact(problem))}\n`);
}
