import type { BackupToRestore } from '../../restore/choice/backup-to-restore.ts';
import type { TookTooMuch } from '../../throwaway-server/server-watch.ts';
import { CouldNotTest } from './outcome-errors.ts';

/** What the server of a drill may take, in bytes. */
export interface DrillBounds {
  readonly maxMemoryBytes: number;
  /** By the size of the dump when left out. */
  readonly maxDiskBytes: number | undefined;
}

/** Partitions and tables without rows take room that no dump shows: about 100 KiB each. */
const LEAST_DISK = 2 * 2 ** 30;

/** Keys on all columns of a narrow table take several times its rows. */
const DISK_FOR_DUMP = 8;

/** @returns how much of the disk the server may use for a backup, in bytes */
export function diskBoundFor(
  { zipBytes, dumpBytes = 10 * zipBytes }: Pick<BackupToRestore, 'zipBytes' | 'dumpBytes'>,
  { maxDiskBytes }: DrillBounds,
): number {
  return maxDiskBytes ?? LEAST_DISK + DISK_FOR_DUMP * dumpBytes;
}

const ADVICE: Readonly<Record<TookTooMuch['what'], string>> = {
  memoryBytes: 'Allow it more with --max-memory if this machine has more.',
  diskBytes: 'Allow it more with --max-disk if the database needs it.',
  leastFree: 'Make room there, or name a folder on another disk with --work-dir.',
};

/** @returns the same for the report of a drill: nothing is known of the backup */
export function explainedBound(error: TookTooMuch): CouldNotTest {
  return new CouldNotTest(error.message, { cause: error, advice: ADVICE[error.what] });
}
