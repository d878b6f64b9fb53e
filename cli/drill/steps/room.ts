import { freeBytesOf } from '../../files/disk-space.ts';
import type { BackupToRestore } from '../../restore/choice/backup-to-restore.ts';
import { formatBytes } from '../../terminal/format.ts';
import { CouldNotTest } from './outcome-errors.ts';

/** What stays free on the disk of the work folder at any time. */
const LEAST_FREE = 256 << 20;

/** A new server, without any database. */
const SERVER_BYTES = 160 << 20;

/** Rows with their keys take more than their SQL. */
const DATA_FOR_DUMP = 2;

type Sizes = Pick<BackupToRestore, 'zipBytes' | 'dumpBytes'>;

const LOOK_EVERY_MS = 1000;

/** @returns what a drill takes on the disk at its peak, in bytes: the zip, and beside it the data with waiting rows or the second dump */
export function roomFor({ zipBytes, dumpBytes = 10 * zipBytes }: Sizes, isDataHere: boolean): number {
  return zipBytes + dumpBytes + (isDataHere ? SERVER_BYTES + DATA_FOR_DUMP * dumpBytes : 0);
}

/**
 * @param isDataHere whether the server's data lies on this disk, too
 * @throws {CouldNotTest} when the disk has no room for a drill
 */
export async function checkRoom(folder: string, backup: Sizes, isDataHere: boolean): Promise<void> {
  const [free, wanted] = [await freeBytesOf(folder), roomFor(backup, isDataHere) + LEAST_FREE];
  if (free >= wanted) return;
  throw new CouldNotTest(
    `it needs about ${formatBytes(wanted)} on the disk of the work folder, and ${formatBytes(free)} is free`,
    { advice: `Make room there (${folder}), or name a folder on another disk with --work-dir.` },
  );
}

/** Aborts its signal when the disk is nearly full: a drill must not take the room of others. */
export class RoomWatch implements Disposable {
  readonly signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;

  constructor(folder: string, leastFree = LEAST_FREE) {
    const full = new AbortController();
    this.signal = full.signal;
    const look = async () => {
      const free = await freeBytesOf(folder).catch(() => undefined);
      if (free === undefined || free >= leastFree) return;
      full.abort(new CouldNotTest(`the disk of the work folder is nearly full (${formatBytes(free)} is free)`));
    };
    this.#timer = setInterval(() => void look(), LOOK_EVERY_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
