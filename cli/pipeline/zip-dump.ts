import type { Manifest } from '../../protocol/manifest.ts';
import { codeOf } from '../errors.ts';
import { ManifestBuilder } from '../manifest/manifest-builder.ts';
import { writeManifest } from '../manifest/manifest-file.ts';
import type { Spool } from '../spool/spool.ts';
import type { Sealed } from '../zip/part-file.ts';
import { RestartZip, zip } from '../zip/zip.ts';
import type { CompletedDump, FinishedJob, ZippedBackup } from './jobs.ts';
import type { RunningDump } from './running-dump.ts';

export interface ZipDumpOptions {
  readonly spool: Spool;
  readonly level: number;
  readonly signal: AbortSignal;
  /** Learns how many plain bytes have been zipped, from zero again when it has to begin anew. */
  readonly onProgress: (bytes: number) => void;
}

/**
 * Zips a dump while it is written, so that it is done soon after the dump is. Where that was in vain (the dump was made
 * once more, or grew beyond what was expected) the finished dump is zipped from its beginning.
 *
 * Zip and manifest get their names only after the dump has ended well.
 * @returns the dump's outcome when that has failed
 * @throws Error when it can't be zipped; the signal's reason when aborted
 */
export async function zipDump(running: RunningDump, options: ZipDumpOptions): Promise<ZippedBackup | FinishedJob> {
  try {
    if (!running.result) return await zipFile(running, followed(running), options);
  } catch (error) {
    if (!(error instanceof RestartZip) && !isGone(error)) throw error;
  }
  const dumped = await running.completion;
  return dumped.kind === 'finished' ? dumped : await zipFile(running, dumped, options);
}

/** A dump that fails takes its file away, a moment before it says so. */
function isGone(error: unknown): boolean {
  return codeOf((error as Error).cause) === 'ENOENT';
}

/** @param dumped still a promise when the file is to be followed */
async function zipFile(
  { backup, path: source, expectedBytes }: RunningDump,
  dumped: CompletedDump | Promise<CompletedDump>,
  { spool, ...options }: ZipDumpOptions,
): Promise<ZippedBackup> {
  const path = spool.pathOf(backup.fileName);
  const builder = new ManifestBuilder();
  const buildManifest = async (sealed: Sealed) => builder.build((await dumped).facts, sealed);
  let manifest: Manifest | undefined;
  const { size, entrySize } = await zip(source, path, {
    ...options,
    growth: dumped instanceof Promise ? { whole: dumped, expectedBytes } : undefined,
    observe: builder.update,
    beforeNaming: async sealed => {
      manifest = await buildManifest(sealed);
      await writeManifest(spool.manifestPathOf(backup.fileName), manifest);
    },
  });
  return { kind: 'zipped', backup, path, zipBytes: size, dumpBytes: entrySize, ...(manifest && { manifest }) };
}

async function followed({ completion }: RunningDump): Promise<CompletedDump> {
  const result = await completion;
  if (result.kind === 'finished') throw new RestartZip('the dump has failed');
  if (result.isRepeated) throw new RestartZip('the dump was made once more');
  return result;
}
