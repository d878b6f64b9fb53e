import type { DefinitionNeeds } from '../../../protocol/manifest.ts';
import { ExplainedError, messageOf } from '../../errors.ts';
import { connect, type Session } from '../../mysql/connect.ts';
import { adviceOn } from '../../mysql/error-advice.ts';
import { driverErrorOf } from '../../mysql/servers-answer.ts';
import type { RestoreCall } from '../by-hand/restore-call.ts';
import type { BackupToRestore } from '../choice/backup-to-restore.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import { forRestoreUser } from '../target/restore-user-advice.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import { askTargetFacts, type TargetFacts } from '../target/target-facts.ts';
import { checkBackup } from './backup-check.ts';
import { checkDataOnly } from './data-check.ts';
import { askDatabaseState, checkDatabase, type DatabaseState } from './database-check.ts';
import { askForeignDefiners, definerWarnings, type ForeignDefiner } from './definers.ts';
import { checkForeignKeys } from './foreign-keys-check.ts';
import { checkNames } from './names-check.ts';
import { checkNeeds } from './needs-check.ts';
import { type Checked, NOTHING_WRONG, together, warning } from './problem.ts';
import { checkReplace } from './replace-check.ts';
import { checkRights } from './rights-check.ts';
import { askServerRoom, checkRoom, type ServerRoom } from './room-check.ts';
import { checkServer } from './server-check.ts';

export interface RestorePreflight extends Checked {
  readonly facts: TargetFacts;
  readonly state: DatabaseState;
  /** The accounts that will own something, beside the one that restores; undefined where it is not known yet what the dump needs. */
  readonly definers: readonly ForeignDefiner[] | undefined;
  readonly room: ServerRoom | undefined;
}

export interface PreflightOptions {
  readonly backup: BackupToRestore;
  readonly target: RestoreTarget;
  readonly wish: RestoreWish;
  /** What is proposed where it is refused. */
  readonly call: RestoreCall;
  /** Of the definitions of the dump, where that is known before it is fetched. */
  readonly needs: DefinitionNeeds | undefined;
  /** The work folder. */
  readonly workDir: string;
  readonly signal: AbortSignal;
}

/**
 * Finds out, before anything is changed, whether a backup can be loaded into its target. It only asks.
 * @throws {ExplainedError} when the server can't be reached or asked; the signal's reason when aborted
 */
export async function runRestorePreflight(options: PreflightOptions): Promise<RestorePreflight> {
  const { target, signal } = options;
  using session = await connect(target.server, { signal }).catch(error => {
    throw error instanceof ExplainedError && target.userKey === 'restore_username' ? forRestoreUser(error) : error;
  });
  try {
    return await examine(session, options);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ExplainedError) throw error;
    const { errno, sqlState, fatal } = driverErrorOf(error);
    if (sqlState === undefined && !fatal) throw error;
    throw new ExplainedError(
      `the server ${target.address} did not answer what a restore must know: ${messageOf(error)}`,
      {
        cause: error,
        advice: adviceOn(sqlState === undefined ? 2013 : errno, messageOf(error)),
      },
    );
  }
}

async function examine(session: Session, options: PreflightOptions): Promise<RestorePreflight> {
  const { backup, target, wish, call, needs } = options;
  const facts = await askTargetFacts(session);
  const where = { database: target.database, ignoresCase: facts.ignoresCase };
  const state = await askDatabaseState(session, where);
  const { database } = target;
  const { relations } = state;
  const source = backup.manifest?.source.database;
  const definers = needs && (await askForeignDefiners(session, facts, { needs, wish }));
  const room = await askServerRoom(facts, options);
  const found = together([
    needs ? checkNeeds(facts, { needs, wish }) : NOTHING_WRONG,
    needs ? await checkForeignKeys(session, facts, { needs, wish, call, source, database, relations }) : NOTHING_WRONG,
    warning(...definerWarnings(definers ?? [], facts.account)),
    checkBackup(backup),
    checkServer(facts, { backup, wish, state }),
    checkRights(facts, { backup, target, wish, state }),
    checkNames(facts, backup.manifest),
    await checkDatabase(session, state, { target, wish, call, ignoresCase: facts.ignoresCase }),
    await checkDataOnly(session, state, { manifest: backup.manifest, target, wish, ignoresCase: facts.ignoresCase }),
    await checkReplace(session, state, { facts, wish, where, call, manifest: backup.manifest }),
    await checkRoom(room, options),
  ]);
  return { facts, state, definers, room, ...withoutForced(found, wish) };
}

/** What `--force` passes over stays as a warning. */
function withoutForced({ problems, warnings }: Checked, { isForced }: RestoreWish): Checked {
  const passedOver = problems.filter(({ isForceable }) => isForced && isForceable);
  return {
    problems: problems.filter(problem => !passedOver.includes(problem)),
    warnings: [...passedOver.map(({ message }) => `${message} (--force)`), ...warnings],
  };
}
