import { statfs } from 'node:fs/promises';
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

/** The program that dumps has found the disk full to which it writes, or the user's quota used up. */
export class DiskFull extends ExplainedError {}

/** @returns whether something failed because the disk to which this program and its children write is full */
export function isDiskFull(error: unknown): boolean {
  const code = codeOf(error) ?? codeOf((error as { cause?: unknown }).cause);
  return error instanceof DiskFull || code === 'ENOSPC' || code === 'EDQUOT';
}
