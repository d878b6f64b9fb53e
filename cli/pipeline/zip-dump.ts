import type { Manifest } from '../../protocol/manifest.ts';
import { codeOf } from '../errors.ts';
import { DumpWitness } from '../manifest/manifest-builder.ts';
import { writeManifest } from '../manifest/manifest-file.ts';
import type { Spool } from '../spool/spool.ts';
import type { Sealed } from '../zip/part-file.ts';
import { FollowedInVain, zip } from '../zip/zip.ts';
import type { Dumped, Ended, Zipped } from './jobs.ts';
import type { Dumping } from './running-dump.ts';

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
export async function zipDump(dumping: Dumping, options: ZipDumpOptions): Promise<Zipped | Ended> {
  try {
    if (!dumping.result) return await zipFile(dumping, followed(dumping), options);
  } catch (error) {
    if (!(error instanceof FollowedInVain) && !isGone(error)) throw error;
  }
  const dumped = await dumping.whole;
  return dumped.kind === 'ended' ? dumped : await zipFile(dumping, dumped, options);
}

/** A dump that fails takes its file away, a moment before it says so. */
function isGone(error: unknown): boolean {
  return codeOf((error as Error).cause) === 'ENOENT';
}

/** @param dumped still a promise when the file is to be followed */
async function zipFile(
  { backup, path: source, expectedBytes }: Dumping,
  dumped: Dumped | Promise<Dumped>,
  { spool, ...options }: ZipDumpOptions,
): Promise<Zipped> {
  const path = spool.pathOf(backup.fileName);
  const witness = new DumpWitness();
  const testify = async (sealed: Sealed) => witness.testify((await dumped).facts, sealed);
  let manifest: Manifest | undefined;
  const { size, entrySize } = await zip(source, path, {
    ...options,
    growth: dumped instanceof Promise ? { whole: dumped, expectedBytes } : undefined,
    observe: witness.see,
    beforeNaming: async sealed => {
      manifest = await testify(sealed);
      await writeManifest(spool.manifestPathOf(backup.fileName), manifest);
    },
  });
  return { kind: 'zipped', backup, path, zipBytes: size, dumpBytes: entrySize, ...(manifest && { manifest }) };
}

async function followed({ whole }: Dumping): Promise<Dumped> {
  const result = await whole;
  if (result.kind === 'ended') throw new FollowedInVain('the dump has failed');
  if (result.isRepeated) throw new FollowedInVain('the dump was made once more');
  return result;
}
