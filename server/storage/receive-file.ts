import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FileSystem, hasCode, unless } from './file-system.ts';
import { giveName } from './give-name.ts';
import type { FileAddress, ReceivedFile } from './storage.ts';
import { writeGathered } from './write-gathered.ts';

/** What a file is called while it is on its way. No finished file can have such a name. */
export const LEFTOVER = /^\.[0-9a-f]{16}\.part$/;

export function newPartName(): string {
  return `.${randomBytes(8).toString('hex')}.part`;
}

interface Receiving {
  readonly fs: FileSystem;
  readonly renames: Map<string, Promise<unknown>>;
  readonly address: FileAddress;
  /** The path that the file will have: a folder for its database, and in it its name. */
  readonly target: string;
}

/** Writes what comes to a part file beside the target. When that fails, nothing is left behind. */
export async function receiveFile(receiving: Receiving, content: AsyncIterable<Uint8Array>): Promise<ReceivedFile> {
  const { fs, target } = receiving;
  const { handle, path } = await openPart(fs, dirname(target));
  try {
    return receivedFile({ ...receiving, handle, path, ...(await writeGathered(content, handle)) });
  } catch (error) {
    await handle.close();
    await removePart(fs, path);
    throw error;
  }
}

interface Part {
  readonly handle: FileHandle;
  readonly path: string;
}

/** The folder of a database goes away with its last part, so it may vanish between making it and using it. */
async function openPart(fs: FileSystem, folder: string, attempts = 5): Promise<Part> {
  const path = join(folder, newPartName());
  try {
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    return { handle: await fs.open(path, 'wx+', 0o600), path };
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || attempts === 1) throw error;
    return openPart(fs, folder, attempts - 1);
  }
}

interface Received extends Receiving, Part {
  readonly size: number;
  readonly sha256: string;
}

function receivedFile({ fs, renames, address, target, handle, path, size, sha256 }: Received): ReceivedFile {
  let isOpen = true;
  const close = async () => {
    isOpen = false;
    await handle.close();
  };
  return {
    address,
    size,
    sha256,
    fd: handle.fd,
    async publish() {
      await handle.sync();
      const isNamed = await giveName({ fs, renames, path, target });
      if (isNamed) await close();
      // Also for a file that is there already: a crash may have come between its name and this.
      await syncFolder(fs, dirname(target));
      await syncFolder(fs, dirname(dirname(target)));
      return isNamed;
    },
    async discard() {
      if (!isOpen) return;
      await close();
      await removePart(fs, path);
    },
  };
}

/** A new name is on the disk only once its folder is. */
async function syncFolder(fs: FileSystem, folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removePart(fs: FileSystem, path: string): Promise<void> {
  await fs.unlink(path).catch(unless('ENOENT'));
  await fs.rmdir(dirname(path)).catch(unless('ENOTEMPTY', 'EEXIST', 'ENOENT'));
}
