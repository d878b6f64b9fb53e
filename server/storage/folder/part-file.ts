import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '../../errors/error-code.ts';
import { cleanUp, type Disk, unless } from '../file-system/file-system.ts';

/** What a file is called while it is on its way. No finished file can have such a name. */
export const LEFTOVER = /^\.[0-9a-f]{16}\.part$/;

export function newPartName(): string {
  return `.${randomBytes(8).toString('hex')}.part`;
}

export interface Part {
  readonly handle: FileHandle;
  readonly path: string;
}

/**
 * Opens a new part file in a folder, which is made if needed; the folder around that one must be there.
 * The folder of a database goes away with its last part, so it may vanish between making it and using it.
 */
export async function openPart(disk: Disk, folder: string, attempts = 5): Promise<Part> {
  const path = join(folder, newPartName());
  try {
    await disk.fs.mkdir(folder, { mode: 0o700 }).catch(unless('EEXIST'));
    return { handle: await disk.fs.open(path, 'wx+', 0o600), path };
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || attempts === 1) throw error;
    return openPart(disk, folder, attempts - 1);
  }
}

/** Closes and removes a part, and the folder of its database if that was the last thing in it. Never throws. */
export async function discardPart(disk: Disk, part: Part): Promise<void> {
  await removePart(disk, part);
  await removeEmpty(disk, dirname(part.path));
}

/** Closes and removes a part. Never throws. */
export async function removePart(disk: Disk, { handle, path }: Part): Promise<void> {
  await closePart(disk, { handle, path });
  await cleanUp(disk, `${path} could not be removed`, () => disk.fs.unlink(path), 'ENOENT');
}

/** Never throws: the sync of the part has reported all errors of its bytes. */
export async function closePart(disk: Disk, { handle, path }: Part): Promise<void> {
  await cleanUp(disk, `${path} could not be closed`, () => handle.close());
}

/** Removes a folder if it is empty. A link to a folder, and one on which a disk is mounted, stay. Never throws. */
export async function removeEmpty(disk: Disk, folder: string): Promise<void> {
  const expected = ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY'];
  await cleanUp(disk, `${folder} could not be removed`, () => disk.fs.rmdir(folder), ...expected);
}

/** Makes a name durable: it is on the disk only once its folder is, and so is that one's own name. */
export async function syncName(disk: Disk, path: string): Promise<void> {
  for (const folder of [dirname(path), dirname(dirname(path))]) await syncFolder(disk, folder);
}

export async function syncFolder(disk: Disk, folder: string): Promise<void> {
  const handle = await disk.fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await cleanUp(disk, `${folder} could not be closed`, () => handle.close());
  }
}
