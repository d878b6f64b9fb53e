import { BrokenRun, ConfigurationError, EXIT } from '../../errors.ts';
import { isLogOpen } from '../../log.ts';
import type { PreparedRestore } from '../plan/prepare.ts';
import type { RestoreSettings } from '../target/wish-of.ts';
import type { RestoreAnswer } from './restore-json.ts';

/** Where a restore is shown, and what ends it. */
export interface Shown {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
  /** Takes the secrets out of a text. */
  readonly redact: (text: string) => string;
}

/**
 * Carries out the plan of one database, shows how it went, and tells the service.
 * @param answer what is known is put into it as soon as it is known
 * @returns whether all agrees with the backup
 * @throws why it failed, after what is left was shown
 */
export async function carryOut(
  prepared: PreparedRestore,
  settings: RestoreSettings,
  { stdout, stderr, signal, redact }: Shown,
  answer: RestoreAnswer,
): Promise<boolean> {
  const { RestoreProgress } = await import('../run/progress.ts');
  const { restoreDatabase } = await import('../run/restore-database.ts');
  const { conclude, concludeFailure } = await import('./conclude.ts');
  const concluding = { prepared, settings, signal, stderr, redact, out: settings.json ? stderr : stdout };
  try {
    using progress = new RestoreProgress(stderr, { isPlain: isLogOpen() });
    const result = await restoreDatabase(prepared, { settings, signal, progress });
    progress[Symbol.dispose]();
    answer.result = await conclude(concluding, result);
    answer.notes = result.notes;
    return answer.result.outcome === 'agreed';
  } catch (error) {
    const { cause, left, report, notes = [] } = await concludeFailure(concluding, error);
    Object.assign(answer, { left, ...(report && { result: report, notes }) });
    throw cause;
  }
}

/** @returns what the program ends with: an error that is not one of the options or the files is a failure of the restore */
export function endOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ConfigurationError || error instanceof BrokenRun) return error;
  return new BrokenRun(error, EXIT.noneSucceeded);
}
