import { readdirSync, readlinkSync } from 'node:fs';

/** @returns the ids of the processes whose current folder is below another, as that of a server is its data folder */
export function processesIn(folder: string): number[] {
  const isBelow = (pid: string) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter(isBelow).map(Number);
}
