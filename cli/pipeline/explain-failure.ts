import { adviceAboutFile, codeOf, ExplainedError, messageOf, type SharedCause } from '../errors.ts';

/** Even a bug met on one database must not cost the others their backup; but it is shown as what it is. */
export function explainFailure(error: unknown): { message: string; advice?: string; cause?: SharedCause } {
  if (error instanceof ExplainedError) {
    const { message, advice, sharedCause: cause } = error;
    return { message, ...(advice && { advice }), ...(cause && { cause }) };
  }
  const code = codeOf(error) ?? codeOf((error as Error).cause);
  const advice = adviceAboutFile(error) ?? adviceAboutFile((error as Error).cause);
  if (code !== undefined || !(error instanceof Error)) return { message: messageOf(error), ...(advice && { advice }) };
  return { message: `unexpected ${error.stack}`, advice: 'This looks like a defect of sade: please report it.' };
}
