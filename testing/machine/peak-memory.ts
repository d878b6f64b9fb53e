import { readFile } from 'node:fs/promises';

/** For the environment of a program whose memory is looked at: with the pages of 2 MiB of other tests it would be larger than usual. */
export const USUAL_PAGES = { GLIBC_TUNABLES: '' };

/** @returns the largest that a running program ever was (`VmHWM` of Linux), in MiB; NaN when it has ended @throws when it is gone */
export async function peakMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
