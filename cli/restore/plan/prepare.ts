import { Service } from '../../service/service.ts';
import { type Asked, canAsk } from '../../terminal/ask-line.ts';
import type { RestoreCall } from '../by-hand/restore-call.ts';
import type { BackupToRestore } from '../choice/backup-to-restore.ts';
import { chooseStored } from '../choice/choose-stored.ts';
import { describeFile } from '../choice/describe-file.ts';
import { type RestorePreflight, runRestorePreflight } from '../preflight/preflight.ts';
import { findTarget, type RestoreTarget, targetRedactor } from '../target/restore-target.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import { type RestoreSettings, wishOf } from '../target/wish-of.ts';
import { choose } from './confirm.ts';
import type { RestorePlan } from './restore-plan.ts';
import { makePlan } from './restore-plan.ts';

/** All that a restore needs to begin. */
export interface PreparedRestore {
  readonly backup: BackupToRestore;
  readonly target: RestoreTarget;
  readonly wish: RestoreWish;
  readonly preflight: RestorePreflight;
  readonly plan: RestorePlan;
  readonly call: RestoreCall;
}

export interface PrepareOptions {
  readonly label: string;
  readonly settings: RestoreSettings;
  /** The same as it was typed. */
  readonly call: RestoreCall;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly asked: Asked;
  readonly warnings: readonly string[];
}

/**
 * Chooses the backup, finds the target, looks whether the one can be loaded into the other, and says what will be done. Changes
 * nothing.
 * @throws {ConfigurationError} for what has to be put right first; {ExplainedError} when the service or the server can't be asked
 */
export async function prepareRestore(options: PrepareOptions): Promise<PreparedRestore> {
  const { label, settings, call, env, asked, warnings } = options;
  const backup = await chooseBackup(options);
  const wish = wishOf(settings, label, backup.manifest);
  const dumped = backup.manifest?.source.database;
  const target = await findTarget({ ...settings, label, dumped }, env);
  const { workDir, server } = settings;
  const preflight = await runRestorePreflight({ backup, target, wish, call, workDir, signal: asked.signal }).catch(
    error => {
      throw targetRedactor(target).error(error);
    },
  );
  return {
    backup,
    target,
    wish,
    preflight,
    call,
    plan: makePlan({ backup, target, wish, preflight, server, warnings }),
  };
}

/** @throws {ConfigurationError} when none will do; {ExplainedError} when the service or the file can't be read */
export function chooseBackup({ label, settings, asked }: PrepareOptions): Promise<BackupToRestore> {
  const { from, at, force, yes, server } = settings;
  if (from !== undefined) return describeFile(from, { label, signal: asked.signal });
  const isAsked = !yes && canAsk(asked);
  return chooseStored({
    service: new Service(server, asked.signal),
    ...{ label, at, isForced: force },
    ask: isAsked ? (question, choices) => choose(question, choices, asked) : undefined,
  });
}
