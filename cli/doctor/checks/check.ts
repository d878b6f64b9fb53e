import { ExplainedError, messageOf } from '../../errors.ts';

/** What is looked at, in the order in which a backup meets it. */
export const AREAS = [
  ...(['configuration', 'dump program', 'rehearsal', 'database', 'database server', 'work folder', 'service'] as const),
  ...(['newest backup', 'last run'] as const),
] as const;

export type Area = (typeof AREAS)[number];

/** `warn` deserves a look, `FAIL` will cost a backup or has done so. */
export type CheckStatus = 'ok' | 'warn' | 'FAIL';

/** What was found out about one thing; never a secret. */
export interface Check {
  readonly area: Area;
  /** Which one: a file, a program, the label of a database, an address. */
  readonly subject: string;
  readonly mark: CheckStatus;
  readonly message: string;
  /** What to do next. */
  readonly advice?: string;
}

/** What was found out by one or several checks; facts for later ones may stand beside. */
export interface Checked {
  readonly checks: readonly Check[];
}

/** Marks what is found out about one thing. */
export interface CheckReporter {
  /** Where all is well there is nothing to do. */
  ok(message: string): Check;
  warn(message: string, advice?: string): Check;
  fail(message: string, advice?: string): Check;
}

export function checkReporter(area: Area, subject: string): CheckReporter {
  const marked = (mark: CheckStatus) => (message: string, advice?: string) => ({
    ...{ area, subject, mark, message },
    ...(advice !== undefined && { advice }),
  });
  return { ok: marked('ok'), warn: marked('warn'), fail: marked('FAIL') };
}

/**
 * Runs a check. An error that it throws becomes a failed check of its own, and the other checks go on.
 * @returns what was found; only the checks, when it could not be made
 * @throws the signal's reason when aborted
 */
export async function guarded<T extends Checked>(
  { fail }: CheckReporter,
  signal: AbortSignal,
  look: () => Promise<T>,
): Promise<Checked & Partial<Omit<T, 'checks'>>> {
  signal.throwIfAborted();
  const failed = (...checks: Check[]) => ({ checks }) as Checked as Checked & Partial<Omit<T, 'checks'>>;
  try {
    return await look();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ExplainedError) return failed(fail(error.message, error.advice));
    return failed(fail(`this can't be checked: ${messageOf(error)}`));
  }
}
