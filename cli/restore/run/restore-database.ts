import type { Inventory } from '../../../protocol/manifest.ts';
import { messageOf } from '../../errors.ts';
import { log } from '../../log.ts';
import { connect } from '../../mysql/connect.ts';
import { formatBytes } from '../../terminal/format.ts';
import { ZippedDump } from '../../unzip/zipped-dump.ts';
import { idOf } from '../choice/backup-to-restore.ts';
import { knownNeeds, mayLackObjects, takeContents } from '../choice/take-contents.ts';
import type { PreparedRestore } from '../plan/prepare.ts';
import { definerWarnings } from '../preflight/definers.ts';
import { checkLate } from '../preflight/late-check.ts';
import { targetRedactor } from '../target/restore-target.ts';
import type { RestoreSettings } from '../target/wish-of.ts';
import { compareLoaded, expectationOf } from './compare.ts';
import { definerNotes, dropGuesses } from './definer-notes.ts';
import { eventNotes } from './event-notes.ts';
import { fetchZip } from './fetch-zip.ts';
import { loadBackup } from './load-backup.ts';
import { makeDatabase } from './make-database.ts';
import type { RestoreProgress } from './progress.ts';
import { RestoreFolder } from './restore-folder.ts';
import { beginResult, FailedRestore, type RestoreResult } from './restore-result.ts';

export interface RestoreOptions {
  readonly settings: Pick<
    RestoreSettings,
    'access' | 'server' | 'workDir' | 'jobs' | 'mysqldump' | 'mariadbDump' | 'force'
  >;
  readonly signal: AbortSignal;
  readonly progress: RestoreProgress;
}

/** What the steps of one restore share. */
export interface RestoreRun extends RestoreOptions {
  readonly prepared: PreparedRestore;
  readonly result: RestoreResult;
  readonly zip: ZippedDump;
  /** For rows that wait. */
  readonly folder: string;
  /** What the dump holds. */
  readonly inventory: Inventory;
}

/**
 * Carries out a plan: fetches the zip, loads it, and compares the database with it.
 * @throws {FailedRestore} with how far it came, also when it was interrupted
 */
export async function restoreDatabase(prepared: PreparedRestore, options: RestoreOptions): Promise<RestoreResult> {
  const result = beginResult();
  try {
    await using folder = await RestoreFolder.open(options.settings.workDir, prepared.backup.zipSha256!);
    const path = await fetch(prepared, result, folder.path, options);
    await using zip = await ZippedDump.open(path);
    const inventory = await inventoryOf(prepared, result, zip, options);
    await restoreInto({ ...options, prepared, result, zip, folder: folder.path, inventory });
    if (result.loaded) {
      dropGuesses(result.notes, result.loaded);
      result.notes.push(
        ...definerNotes(result.loaded),
        ...eventNotes(result.loaded, prepared.wish, prepared.target.database),
      );
    }
    result.seconds.rto = secondsSince(result.startedAt);
    folder.done();
    return result;
  } catch (error) {
    log.debug('restore fails', { database: prepared.backup.label, error });
    const told = targetRedactor(prepared.target).error(error);
    result.reason = messageOf(told);
    throw new FailedRestore(told, result);
  } finally {
    result.endedAt = new Date();
  }
}

async function fetch(prepared: PreparedRestore, result: RestoreResult, folder: string, options: RestoreOptions) {
  const { backup } = prepared;
  const id = idOf(backup);
  if (id !== undefined) options.progress.step(`fetching backup ${id} (${formatBytes(backup.zipBytes)})`);
  const { signal, progress, settings } = options;
  const onBytes = (bytes: number) => progress.fetched(bytes, backup.zipBytes);
  const path = await fetchZip({
    ...{ backup, access: settings.access, folder, signal, onBytes },
    command: prepared.call.again(id === undefined ? {} : { at: String(id) }),
  });
  if (id !== undefined) result.seconds.fetch = secondsSince(result.startedAt);
  return path;
}

/** Reads the dump where the plan could not say all that it holds and needs; so what the server lacks is known before anything is loaded. */
async function inventoryOf(
  prepared: PreparedRestore,
  result: RestoreResult,
  zip: ZippedDump,
  { progress, signal }: RestoreOptions,
): Promise<Inventory> {
  const { backup, contents, preflight } = prepared;
  const { manifest } = backup;
  const isWhole = manifest !== undefined && !mayLackObjects(manifest);
  const known = isWhole ? manifest.inventory : contents?.inventory;
  if (known && (contents || knownNeeds(manifest))) {
    result.notes.push(...definerWarnings(preflight.definers ?? [], preflight.facts.account));
    return known;
  }
  progress.step(`reading what the dump holds (${formatBytes(zip.dumpBytes)})`);
  const { inventory, needs } = await takeContents(zip, signal);
  result.notes.push(...(await checkLate(prepared, needs, signal)));
  return known ?? inventory;
}

async function restoreInto(run: RestoreRun): Promise<void> {
  const { prepared, result } = run;
  if (prepared.plan.action === 'replace') return (await import('./replace.ts')).replace(run);
  await load(run);
  await compare(run);
  result.outcome = result.verification!.agrees ? 'agreed' : 'differs';
}

async function load({ prepared, result, zip, folder, settings, signal, progress }: RestoreRun): Promise<void> {
  const { target } = prepared;
  const began = new Date();
  progress.step(`loading ${formatBytes(zip.dumpBytes)} into ${target.database}`);
  using session = await connect(target.server, { signal });
  // From here on something may be there that was not there before.
  result.isTargetUnchanged = false;
  await makeDatabase(session, prepared);
  result.loaded = await loadBackup({
    ...{ prepared, zip, into: target.database, jobs: settings.jobs, workFolder: folder, signal },
    onProgress: at => progress.loaded(at),
  });
  result.seconds.load = secondsSince(began);
}

async function compare({ prepared, result, inventory, settings, signal, progress }: RestoreRun): Promise<void> {
  progress.step(`comparing ${prepared.target.database} with the backup`);
  const expected = expectationOf(prepared, inventory, result.loaded?.changes);
  const onProgress = (done: number, total: number) => progress.compared(done, total);
  result.verification = await compareLoaded(prepared, expected, { jobs: settings.jobs, signal, onProgress });
  result.seconds.verify = result.verification.seconds;
}

export function secondsSince(date: Date): number {
  return (Date.now() - date.getTime()) / 1000;
}
