import { readFile } from 'node:fs/promises';

/** Of Linux, on each kind of machine (`USER_HZ`). */
const TICK_MS = 10;

/** @returns how long a process has worked so far, in milliseconds, without what its children did */
export async function cpuMs(pid: number | string): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in brackets, may have spaces.
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(utime) + Number(stime)) * TICK_MS;
}
