import type { DumpContents } from '../../dump-parser/dump-contents.ts';
import { ExplainedError } from '../../errors.ts';
import { outageBehind } from '../../service/outage.ts';
import { Service } from '../../service/service.ts';
import { type Asked, canAsk } from '../../terminal/ask-line.ts';
import { formatBytes } from '../../terminal/format.ts';
import { ZippedDump } from '../../unzip/zipped-dump.ts';
import type { RestoreCall } from '../by-hand/restore-call.ts';
import type { BackupToRestore } from '../choice/backup-to-restore.ts';
import { chooseStored } from '../choice/choose-stored.ts';
import { describeFile } from '../choice/describe-file.ts';
import { knownNeeds, takeContents } from '../choice/take-contents.ts';
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
  /** What was read in the dump; undefined where the manifest says it, or it has to be fetched first. */
  readonly contents: Contents | undefined;
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
 * Chooses the backup, finds the target, checks whether the one can be loaded into the other, and says what will be done. Changes
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
  const contents = await contentsOf(backup, asked);
  const needs = contents?.needs ?? backup.manifest?.dump.needs ?? undefined;
  const { signal } = asked;
  const preflight = await runRestorePreflight({ backup, target, wish, call, needs, workDir, signal }).catch(error => {
    throw targetRedactor(target).error(error);
  });
  const plan = makePlan({ backup, target, wish, preflight, server, warnings });
  return { backup, target, wish, preflight, call, contents, plan };
}

type Contents = Pick<DumpContents, 'inventory' | 'needs'>;

/** Reads a dump of this machine where no manifest says all that its definitions need. That it is not whole is said when it is loaded. */
async function contentsOf({ from, manifest, dumpBytes }: BackupToRestore, asked: Asked): Promise<Contents | undefined> {
  if (!('path' in from) || knownNeeds(manifest)) return undefined;
  asked.stderr.write(`reading what the dump holds${dumpBytes === undefined ? '' : ` (${formatBytes(dumpBytes)})`}\n`);
  try {
    await using zip = await ZippedDump.open(from.path);
    return await takeContents(zip, asked.signal);
  } catch (error) {
    if (!(error instanceof ExplainedError)) throw error;
    return undefined;
  }
}

/** @throws {ConfigurationError} when none will do; {ExplainedError} when the service or the file can't be read */
export async function chooseBackup({ label, settings, call, asked }: PrepareOptions): Promise<BackupToRestore> {
  const { from, at, force, yes, server, access } = settings;
  if (from !== undefined) return describeFile(from, { label, signal: asked.signal });
  const isAsked = !yes && canAsk(asked);
  return await chooseStored({
    service: new Service(access, asked.signal),
    ...{ label, at, isForced: force },
    ask: isAsked ? (question, choices) => choose(question, choices, asked) : undefined,
  }).catch(error => {
    throw outageBehind(error, server) ? withoutService(error, call) : error;
  });
}

/** In a bad night the service may be lost, too: a restore does not need it. */
function withoutService(error: ExplainedError, call: RestoreCall): ExplainedError {
  const command = call.again({ from: 'FILE', at: undefined });
  const way = `Without the service, restore a copy of a zip: ${command} (where such copies are: docs/restore.md, "The Lumbung service is lost").`;
  return new ExplainedError(error.message, { cause: error, advice: [error.advice, way].filter(Boolean).join(' ') });
}
