import { readFile, writeFile } from 'node:fs/promises';

/** What servers took while a command ran. */
export interface ServerUse {
  readonly cpuSeconds: number;
  /** The peaks of all its processes, added up, in bytes. */
  readonly peakBytes: number;
  readonly isOurs: boolean;
}

/** Watches the processes of a server that runs on, through /proc. */
export class ServerMeter {
  readonly #pids: readonly number[];
  readonly #isOurs: boolean;

  /** @param isOurs whether its memory is to stand in the table */
  constructor(pids: readonly number[], { isOurs }: { isOurs: boolean }) {
    this.#pids = pids;
    this.#isOurs = isOurs;
  }

  /** @returns what is to be called at the end */
  async begin(): Promise<() => Promise<ServerUse>> {
    for (const pid of this.#pids) await writeFile(`/proc/${pid}/clear_refs`, '5'); // forgets the peak so far
    const before = await this.#cpuSeconds();
    return async () => ({
      cpuSeconds: (await this.#cpuSeconds()) - before,
      peakBytes: await this.#peakBytes(),
      isOurs: this.#isOurs,
    });
  }

  async #cpuSeconds(): Promise<number> {
    const each = await Promise.all(this.#pids.map(cpuSecondsOf));
    return each.reduce((sum, seconds) => sum + seconds, 0);
  }

  async #peakBytes(): Promise<number> {
    const each = await Promise.all(this.#pids.map(peakBytesOf));
    return each.reduce((sum, bytes) => sum + bytes, 0);
  }
}

/** /proc shows hundredths of a second on every machine that Node 24 runs on. */
const TICKS_PER_SECOND = 100;

async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  // The second field is the name, in brackets, and may hold anything; the twelfth behind it is the user's time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function peakBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
