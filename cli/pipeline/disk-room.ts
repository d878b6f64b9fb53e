import { stat } from 'node:fs/promises';
import { whenAborted } from '../channel/when-aborted.ts';
import { freeBytesOf, zipBytesOf } from '../files/disk-space.ts';
import { log } from '../log.ts';

/** A dump that is to be written, with its zip beside it. */
export interface RoomFor {
  /** By which it is known to {@link DiskRoom}. */
  readonly fileName: string;
  /** The files that it will grow, of which none may be there yet. */
  readonly files: readonly string[];
  /** What the dump may roughly become, in bytes. */
  readonly dumpBytes: number;
}

interface Guest extends RoomFor {
  /** What dump and zip may take together. */
  readonly bytesInAll: number;
  /** The same, as long as some of it may still be written; 0 once nothing more will be. */
  promised: number;
  /** What was free on the disk when it was let in. */
  readonly freeBefore: number;
  /** Whether another one was there at the same time. */
  hadCompany: boolean;
}

interface Waiter extends RoomFor {
  readonly letIn: (guest: Guest) => void;
}

/**
 * Lets dumps begin as long as the work folder's disk has room for them and their zips, by estimate; the others wait until
 * some have gone. One that does not even fit alone is let in alone: the estimate may be wrong.
 */
export class DiskRoom {
  readonly #folder: string;
  readonly #freeBytes: (folder: string) => Promise<number>;
  readonly #guests = new Map<string, Guest>();
  #waiting: Waiter[] = [];
  /** How many of them had to wait until another one goes. */
  #short = 0;
  readonly #onShort = new Set<() => void>();
  #round: Promise<void> = Promise.resolve();

  /** @param freeBytes asks the disk; given in tests */
  constructor(folder: string, freeBytes: (folder: string) => Promise<number> = freeBytesOf) {
    this.#folder = folder;
    this.#freeBytes = freeBytes;
  }

  /**
   * Waits until there is room.
   * @returns whether that took until another had gone
   * @throws the signal's reason when aborted
   */
  async enter(wanted: RoomFor, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Guest>();
    const waiter = { ...wanted, letIn: resolve };
    this.#waiting.push(waiter);
    const stop = whenAborted(signal, () => {
      this.#waiting = this.#waiting.filter(other => other !== waiter);
      reject(signal.reason);
    });
    try {
      const first = this.#letIn();
      await Promise.race([promise, first]);
      const hadToWait = this.#waiting.includes(waiter);
      if (!hadToWait) return false;
      log.info('waits for room in the work folder', { file: wanted.fileName, dumpBytes: wanted.dumpBytes });
      this.#short++;
      for (const onShort of this.#onShort) onShort();
      await promise.finally(() => this.#short--);
      return true;
    } finally {
      stop();
    }
  }

  /** @returns as soon as a dump waits until another one goes @throws the signal's reason when aborted */
  async whenShort(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#short > 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = whenAborted(signal, () => reject(signal.reason));
    this.#onShort.add(resolve);
    await promise.finally(() => {
      stop();
      this.#onShort.delete(resolve);
    });
  }

  /** Nothing more will be written for it: what it has written stands on the disk, and the rest is for others. */
  isWritten(fileName: string): void {
    const guest = this.#guests.get(fileName);
    if (guest) guest.promised = 0;
    void this.#letIn();
  }

  /** Its files are gone, or stay until the next run. */
  leave(fileName: string): void {
    this.#guests.delete(fileName);
    void this.#letIn();
  }

  /** @returns what it was let in with; undefined when it was not */
  lookUp(fileName: string): Pick<Guest, 'bytesInAll' | 'freeBefore' | 'hadCompany'> | undefined {
    return this.#guests.get(fileName);
  }

  /** One look at the waiting after the other: each counts on what the one before has given away. */
  #letIn(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    this.#round = this.#round.then(() => this.#letInWhatFits());
    return this.#round;
  }

  async #letInWhatFits(): Promise<void> {
    for (const waiter of [...this.#waiting]) {
      // What can't be asked can't be full: the dump itself will tell.
      const free = await this.#freeBytes(this.#folder).catch(() => Number.POSITIVE_INFINITY);
      const promised = await this.#promised();
      if (!this.#waiting.includes(waiter)) continue; // it has given up meanwhile
      const bytes = waiter.dumpBytes + zipBytesOf(waiter.dumpBytes);
      if (bytes > free - promised && this.#guests.size > 0) continue;
      this.#waiting = this.#waiting.filter(other => other !== waiter);
      const { letIn, ...wanted } = waiter;
      const hadCompany = this.#guests.size > 0;
      const guest = { ...wanted, bytesInAll: bytes, promised: bytes, freeBefore: free, hadCompany };
      for (const other of this.#guests.values()) other.hadCompany = true;
      this.#guests.set(guest.fileName, guest);
      letIn(guest);
    }
  }

  /** @returns what those who were let in have not written yet, in bytes */
  async #promised(): Promise<number> {
    const open = [...this.#guests.values()].filter(({ promised }) => promised > 0);
    const rest = await Promise.all(
      open.map(async ({ promised, files }) => {
        const sizes = await Promise.all(files.map(sizeOf));
        return Math.max(0, promised - sizes.reduce((sum, size) => sum + size, 0));
      }),
    );
    return rest.reduce((sum, bytes) => sum + bytes, 0);
  }
}

function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
