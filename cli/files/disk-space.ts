import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, ExplainedError } from '../errors.ts';

/** @returns what the zip of a dump roughly takes, in bytes: SQL shrinks to about a third */
export function zipBytesOf(dumpBytes: number): number {
  return dumpBytes / 3;
}

/** @param folder one that exists @returns how many bytes this user can still write there */
export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** The unit of `blocks` in stat(2), in bytes. */
const BLOCK = 512;

/** @returns what a folder and all in it take on the disk, in bytes; what vanishes meanwhile does not count */
export async function diskUseOf(folder: string): Promise<number> {
  const found = await readdir(folder, { recursive: true }).catch(() => []);
  let bytes = 0;
  for (const name of found) {
    const { blocks } = await lstat(join(folder, name)).catch(() => ({ blocks: 0 }));
    bytes += blocks * BLOCK;
  }
  return bytes;
}

/** The program that dumps has found the disk full to which it writes, or the user's quota used up. */
export class DiskFull extends ExplainedError {}

/** @returns whether something failed because the disk to which this program and its children write is full */
export function isDiskFull(error: unknown): boolean {
  const code = codeOf(error) ?? codeOf((error as { cause?: unknown }).cause);
  return error instanceof DiskFull || code === 'ENOSPC' || code === 'EDQUOT';
}
