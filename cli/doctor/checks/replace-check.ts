import { inOrder } from '../../channel/in-order.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import { ExplainedError } from '../../errors.ts';
import { connect } from '../../mysql/connect.ts';
import { askServerFacts } from '../../mysql/server-facts.ts';
import { isServersAnswer } from '../../mysql/servers-answer.ts';
import { swapCutOff } from '../../restore/replace/earlier-restore.ts';
import { replaceNames } from '../../restore/replace/replace-names.ts';
import type { RestoreState } from '../../restore/replace/state-table.ts';
import { forRestoreUser } from '../../restore/target/restore-user-advice.ts';
import { sourceRedactor } from '../../secrets/source-redactor.ts';
import { type Check, checkReporter } from './check.ts';

/** @returns what a replace of a database has left that was cut off in its last step; undefined without one */
export type AskCutOff = (
  source: DatabaseSource,
  options: { readonly signal: AbortSignal },
) => Promise<RestoreState | undefined>;

export interface ReplaceCheckOptions {
  /** Those whose servers answer. */
  readonly reached: readonly DatabaseSource[];
  readonly ask: AskCutOff;
  readonly workers: number;
  readonly signal: AbortSignal;
}

/**
 * Logs in as the user that restores, and looks for replaces that were killed in the middle of their swap: until they are finished,
 * objects are missing. Where that user can't log in, no restore can begin: that is a warning, since no backup is lost by it.
 */
export async function checkReplaces({ reached, ask, workers, signal }: ReplaceCheckOptions): Promise<Check[]> {
  // Where its password can't be read, the check of the list has said so.
  const known = reached.filter(({ restoreUser }) => !restoreUser?.problem);
  const found = await inOrder(known, { workers, signal }, async source => {
    const within = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]);
    const left = await ask(source, { signal: within }).catch(error => {
      signal.throwIfAborted();
      // One without rights there has made no replace.
      if (isServersAnswer(error)) return undefined;
      if (error instanceof ExplainedError) return error;
      throw error;
    });
    if (left instanceof ExplainedError) return noLogin(source, left);
    return left ? [describe(source, left)] : [];
  });
  return found.flat();
}

const WITHIN_MS = 30_000;

/** Where one user backs up and restores, another check has its failed login. */
function noLogin(source: DatabaseSource, error: ExplainedError): Check[] {
  if (!source.restoreUser) return [];
  const { message, advice } = forRestoreUser(error);
  const { text } = sourceRedactor({ ...source, ...source.restoreUser });
  const warning = `the user that restores can't log in, so nothing can be restored: ${text(message)}`;
  return [checkReporter('database', source.label).warn(warning, advice && text(advice))];
}

function describe({ label, database }: DatabaseSource, { command, begun }: RestoreState): Check {
  const { old } = replaceNames(database);
  return checkReporter('database', label).fail(
    `a restore with --replace, begun ${begun}, was cut off in its last step: tables may be in ${old}, and views, triggers, routines and events may be missing`,
    command === undefined
      ? `Run that restore again, with --replace: it finishes the step, or undoes it. Do not drop ${old} before.`
      : `This finishes the step, or undoes it (do not drop ${old} before): ${command}`,
  );
}

/** Asks the server as the user that restores: one that only backs up may not see the databases of a replace. */
export const askCutOff: AskCutOff = async (source, { signal }) => {
  using session = await connect({ ...source, ...source.restoreUser, database: '' }, { signal });
  const { ignoresCase } = await askServerFacts(session);
  return await swapCutOff(session, { database: source.database, ignoresCase });
};
