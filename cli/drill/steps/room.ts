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

/** A disk takes a few hundred MiB a second: what stays free must last for one look. */
const LOOK_EVERY_MS = 200;

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
  readonly #folder: string;
  readonly #leastFree: number;
  readonly #full = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(folder: string, leastFree = LEAST_FREE) {
    this.#folder = folder;
    this.#leastFree = leastFree;
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
  }

  get signal(): AbortSignal {
    return this.#full.signal;
  }

  /** Looks now. Never throws. */
  async look(): Promise<void> {
    const free = await freeBytesOf(this.#folder).catch(() => undefined);
    if (free === undefined || free >= this.#leastFree) return;
    this.#full.abort(
      new CouldNotTest(`the disk of the work folder is nearly full (${formatBytes(free)} is free)`, {
        advice: `Make room there (${this.#folder}), or name a folder on another disk with --work-dir.`,
      }),
    );
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
