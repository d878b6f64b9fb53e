import { rm } from 'node:fs/promises';
import { codeOf } from '../errors.ts';
import { type DumpObservers, LostObserver } from '../manifest/dump-observers.ts';
import { buildManifest } from '../manifest/manifest-builder.ts';
import { writeManifest } from '../manifest/manifest-file.ts';
import type { Spool } from '../spool/spool.ts';
import { RestartZip, sealZip } from '../zip/zip.ts';
import type { DiskRoom } from './disk-room.ts';
import type { Failures } from './failures.ts';
import { type CompletedDump, isOver, type OverJob, type ProgressListener, type ZippedBackup } from './jobs.ts';
import { keepDefinitions } from './rehearse-stage.ts';
import type { RunningDump } from './running-dump.ts';

export interface ZipStageOptions {
  readonly spool: Spool;
  /** 1 (fastest) to 9 (smallest). */
  readonly level: number;
  readonly progress: ProgressListener;
  readonly room: DiskRoom;
  readonly failures: Failures;
  readonly observers: DumpObservers;
}

/**
 * The second stage of a database: zips its dump while that is written, and removes the dump.
 *
 * Zip and manifest get their names only after the dump has ended well.
 * @returns the zip, or how the job has ended: with the dump's failure when that has failed
 * @throws the signal's reason when aborted
 */
export async function zipDump(
  running: RunningDump,
  options: ZipStageOptions,
  signal: AbortSignal,
): Promise<ZippedBackup | OverJob> {
  const { room, failures } = options;
  const { source, backup, path } = running;
  showWhenDumped(running, options);
  try {
    const zipped = await backup.budget
      .within(signal, signal => zipWhileDumped(running, { ...options, signal }))
      .catch(error => failures.ofSource(error, { stage: 'zip', backup, source }, signal));
    return isOver(zipped) ? ((await running.cancel()) ?? zipped) : zipped;
  } finally {
    // The next run sweeps what can't be removed: the zip is worth no less for it, and a failure has its own reason.
    await rm(path, { force: true }).catch(() => {});
    room.isWritten(backup.fileName);
  }
}

/** As long as the dump grows it is what is shown. */
function showWhenDumped({ backup, completion }: RunningDump, { spool, progress }: ZipStageOptions): void {
  const path = spool.pathOf(backup.fileName);
  completion.then(
    dumped => dumped.kind === 'completed' && progress.onStart(backup, 'zip', { path, bytes: dumped.dumpBytes }),
    () => {},
  );
}

type Zipping = ZipStageOptions & { readonly signal: AbortSignal };

/**
 * Where following the dump was of no use (that was made once more, or grew beyond what was expected, or what was known of it is
 * lost) the finished dump is zipped from its beginning.
 */
async function zipWhileDumped(running: RunningDump, options: Zipping): Promise<ZippedBackup | OverJob> {
  try {
    if (!running.result) return await zipFile(running, followed(running), options);
  } catch (error) {
    if (!isInVain(error)) throw error;
  }
  const dumped = await running.completion;
  if (isOver(dumped)) return dumped;
  try {
    return await zipFile(running, dumped, options);
  } catch (error) {
    if (!(error instanceof LostObserver)) throw error;
    return await zipFile(running, dumped, options);
  }
}

function isInVain(error: unknown): boolean {
  return error instanceof RestartZip || error instanceof LostObserver || isGone(error);
}

/** A dump that fails takes its file away, a moment before it says so. */
function isGone(error: unknown): boolean {
  return codeOf((error as Error).cause) === 'ENOENT';
}

/** @param dumped still a promise when the file is to be followed */
async function zipFile(
  running: RunningDump,
  dumped: CompletedDump | Promise<CompletedDump>,
  { spool, level, progress, observers, signal }: Zipping,
): Promise<ZippedBackup> {
  const { backup, path: source, expectedBytes } = running;
  const path = spool.pathOf(backup.fileName);
  using passing = observers.begin(expectedBytes);
  await using sealed = await sealZip(source, path, {
    level,
    signal,
    onProgress: bytes => progress.onProgress(backup, bytes),
    growth: dumped instanceof Promise ? { whole: dumped, expectedBytes } : undefined,
    observe: passing.observe,
  });
  const observed = await passing.end();
  const manifest = buildManifest(observed, (await dumped).facts, sealed);
  const rehearsal = await keepDefinitions(running, { spool, rows: observed.rowRanges, size: sealed.entrySize, signal });
  // First the manifest: a zip that has its name is delivered.
  await writeManifest(spool.manifestPathOf(backup.fileName), manifest);
  await sealed.commit();
  return { kind: 'zipped', backup, path, zipBytes: sealed.size, dumpBytes: sealed.entrySize, manifest, rehearsal };
}

async function followed({ completion }: RunningDump): Promise<CompletedDump> {
  const result = await completion;
  if (isOver(result)) throw new RestartZip('the dump has failed');
  if (result.isRepeated) throw new RestartZip('the dump was repeated');
  return result;
}
