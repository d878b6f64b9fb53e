import { readFile } from 'node:fs/promises';
import { ExplainedError } from '../errors.ts';
import { freeBytesOf } from '../files/disk-space.ts';
import { formatBytes } from '../terminal/format.ts';
import type { ThrowawayServer } from './throwaway-server.ts';

/** A server was ended since it took too much: a sentence without its end. */
export class TookTooMuch extends ExplainedError {
  override readonly name = 'TookTooMuch';
}

export interface WatchLimits {
  /** What the server may take of the memory, in bytes. */
  readonly memoryBytes: number;
  /** What stays free on the disk of the work folder, in bytes. */
  readonly leastFree: number;
}

const LIMITS: WatchLimits = { memoryBytes: 1 << 30, leastFree: 512 << 20 };
const LOOK_EVERY_MS = 200;

/**
 * Ends a server as soon as it takes too much: a few views over each other can take all memory, and partitions all of the
 * disk, and a statement that goes on would keep its database from being dropped.
 */
export class ServerWatch implements AsyncDisposable {
  /** Aborted when the server was ended, with the reason. */
  readonly signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
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
    const look = async () => {
      const why = await whyTooMuch(server.pid, folder, { ...LIMITS, ...limits });
      if (why !== undefined) tooMuch.abort(new TookTooMuch(why));
    };
    this.#timer = setInterval(() => void look(), LOOK_EVERY_MS);
  }

  /** Stops watching; a server that was ended is removed, with what it has on the disk. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.signal.removeEventListener('abort', this.#kill);
    if (this.signal.aborted) await this.#server[Symbol.asyncDispose]();
  }
}

async function whyTooMuch(
  pid: number | undefined,
  folder: string,
  { memoryBytes, leastFree }: WatchLimits,
): Promise<string | undefined> {
  const memory = await memoryOf(pid);
  if (memory > memoryBytes) return `the throwaway server took more than ${formatBytes(memoryBytes)} of memory`;
  const free = await freeBytesOf(folder).catch(() => leastFree);
  return free < leastFree ? `the work folder has only ${formatBytes(free)} free` : undefined;
}

/** @returns its resident memory, in bytes; 0 where it can't be known: only Linux has /proc */
async function memoryOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}
