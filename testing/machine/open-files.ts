import { readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

/** @returns the paths in a folder that this process has open */
export async function openFilesIn(folder: string): Promise<string[]> {
  const links = (await readdir('/proc/self/fd')).map(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ''; // closed since
    }
  });
  return links.filter(path => path.startsWith(folder));
}

/** @returns how many files, sockets and the like this process has open */
export async function openFileCount(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}
