import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExplainedError } from '../errors.ts';
import { diskUseOf, freeBytesOf } from '../files/disk-space.ts';
import { formatBytes } from '../terminal/format.ts';
import type { ThrowawayServer } from './throwaway-server.ts';

/** A server was ended since it took too much: a sentence without its end. */
export class TookTooMuch extends ExplainedError {
  override readonly name = 'TookTooMuch';
  /** Of what: `room` is what others need on the disk. */
  readonly what: keyof WatchLimits;

  constructor(what: keyof WatchLimits, message: string) {
    super(message);
    this.what = what;
  }
}

export interface WatchLimits {
  /** What the server may take of the memory, in bytes. */
  readonly memoryBytes: number;
  /** What stays free on the disk of the work folder, in bytes. */
  readonly leastFree: number;
  /** What the folder of the server may take of the disk, in bytes: a new one has about 130 MiB. */
  readonly diskBytes: number;
}

const LIMITS: WatchLimits = { memoryBytes: 1 << 30, leastFree: 512 << 20, diskBytes: Number.POSITIVE_INFINITY };
const LOOK_EVERY_MS = 200;

/** Looking through thousands of files takes so small a part of the time. */
const DISK_LOOKS_PART = 1 / 20;

/**
 * Ends a server as soon as it takes too much: a few views over each other can take all memory, and partitions all of the
 * disk, and a statement that goes on would keep its database from being dropped.
 */
export class ServerWatch implements AsyncDisposable {
  /** Aborted when the server was ended, with the reason: a {@link TookTooMuch}, or that of the signal that was given. */
  readonly signal: AbortSignal;
  readonly #over = new AbortController();
  readonly #server: ThrowawayServer;
  readonly #kill = () => void this.#server.kill();

  /**
   * @param folder the work folder
   * @param signal ends the server when it is aborted
   */
  constructor(server: ThrowawayServer, folder: string, signal: AbortSignal, limits: Partial<WatchLimits> = {}) {
    const tooMuch = new AbortController();
    this.signal = AbortSignal.any([signal, tooMuch.signal]);
    this.#server = server;
    this.signal.addEventListener('abort', this.#kill, { once: true });
    if (this.signal.aborted) this.#kill();
    const wanted = { ...LIMITS, ...limits };
    // What the operating system does not tell is no reason to end a server.
    void this.#look(folder, wanted, reason => tooMuch.abort(reason)).catch(() => {});
    if (Number.isFinite(wanted.diskBytes))
      void this.#lookAtDisk(wanted, reason => tooMuch.abort(reason)).catch(() => {});
  }

  /** Stops watching; a server that was ended is removed, with what it has on the disk. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    this.signal.removeEventListener('abort', this.#kill);
    if (this.signal.aborted) await this.#server[Symbol.asyncDispose]();
  }

  async #look(folder: string, { memoryBytes, leastFree }: WatchLimits, end: (reason: TookTooMuch) => void) {
    for (; !this.#isOver; await this.#pause(LOOK_EVERY_MS)) {
      const memory = await memoryOf(this.#server.pid);
      if (memory > memoryBytes)
        end(
          new TookTooMuch('memoryBytes', `the throwaway server took more than ${formatBytes(memoryBytes)} of memory`),
        );
      const free = await freeBytesOf(folder).catch(() => leastFree);
      if (free < leastFree) end(new TookTooMuch('leastFree', `the work folder has only ${formatBytes(free)} free`));
    }
  }

  async #lookAtDisk({ diskBytes }: WatchLimits, end: (reason: TookTooMuch) => void) {
    while (!this.#isOver) {
      const began = performance.now();
      if ((await diskUseOf(this.#server.folder)) > diskBytes)
        end(new TookTooMuch('diskBytes', `the throwaway server took more than ${formatBytes(diskBytes)} of the disk`));
      await this.#pause(Math.max(LOOK_EVERY_MS, (performance.now() - began) / DISK_LOOKS_PART));
    }
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted || this.signal.aborted;
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#over;
    await sleep(ms, undefined, { signal, ref: false }).catch(() => {});
  }
}

/** @returns the resident memory of a process, in bytes; 0 where it can't be known: only Linux has /proc */
export async function memoryOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}
