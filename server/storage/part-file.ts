import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FileSystem, hasCode, unless } from './file-system.ts';

/** What a file is called while it is on its way. No finished file can have such a name. */
export const LEFTOVER = /^\.[0-9a-f]{16}\.part$/;

export function newPartName(): string {
  return `.${randomBytes(8).toString('hex')}.part`;
}

export interface Part {
  readonly handle: FileHandle;
  readonly path: string;
}

/** The folder of a database goes away with its last part, so it may vanish between making it and using it. */
export async function openPart(fs: FileSystem, folder: string, attempts = 5): Promise<Part> {
  const path = join(folder, newPartName());
  try {
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    return { handle: await fs.open(path, 'wx+', 0o600), path };
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || attempts === 1) throw error;
    return openPart(fs, folder, attempts - 1);
  }
}

/** Removes a part, and its folder if that was the last thing in it. */
export async function removePart(fs: FileSystem, path: string): Promise<void> {
  await fs.unlink(path).catch(unless('ENOENT'));
  await fs.rmdir(dirname(path)).catch(unless('ENOTEMPTY', 'EEXIST', 'ENOENT'));
}

/** Makes a name durable: it is on the disk only once its folder is, and so is that one's own name. */
export async function syncName(fs: FileSystem, path: string): Promise<void> {
  for (const folder of [dirname(path), dirname(dirname(path))]) {
    const handle = await fs.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}
