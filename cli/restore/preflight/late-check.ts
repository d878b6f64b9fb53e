import type { DefinitionNeeds } from '../../../protocol/manifest.ts';
import { ExplainedError } from '../../errors.ts';
import { connect } from '../../mysql/connect.ts';
import type { RestoreCall } from '../by-hand/restore-call.ts';
import type { BackupToRestore } from '../choice/backup-to-restore.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import { askForeignDefiners, definerWarnings } from './definers.ts';
import { checkForeignKeys } from './foreign-keys-check.ts';
import { checkNeeds } from './needs-check.ts';
import type { RestorePreflight } from './preflight.ts';
import { together } from './problem.ts';

interface Prepared {
  readonly target: RestoreTarget;
  readonly wish: RestoreWish;
  readonly preflight: Pick<RestorePreflight, 'facts' | 'state'>;
  readonly backup: Pick<BackupToRestore, 'manifest'>;
  readonly call: RestoreCall;
}

/**
 * Checks whether the server has what the definitions need, where that was not known before the zip was fetched. Nothing is changed yet.
 * @returns what a person should know, a phrase each
 * @throws {ExplainedError} with all that the server lacks
 */
export async function checkLate(
  { target, wish, call, backup, preflight: { facts, state } }: Prepared,
  needs: DefinitionNeeds,
  signal: AbortSignal,
): Promise<string[]> {
  const { relations } = state;
  const source = backup.manifest?.source.database;
  using session = await connect(target.server, { signal });
  const { problems, warnings } = together([
    checkNeeds(facts, { needs, wish }),
    await checkForeignKeys(session, facts, { needs, wish, call, source, database: target.database, relations }),
  ]);
  const serious = problems.filter(({ isForceable }) => !(isForceable && wish.isForced));
  if (serious.length > 0)
    throw new ExplainedError(serious.map(({ message }) => message).join('; '), {
      advice: serious.map(({ advice }) => advice).join(' '),
    });
  const definers = await askForeignDefiners(session, facts, { needs, wish });
  return [...warnings, ...definerWarnings(definers, facts.account)];
}
