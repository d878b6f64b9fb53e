import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Backup } from '../entities/backup.entity.ts';
import { hasCode } from '../errors/error-code.ts';
import type { FileAddress, Storage, StoredFile } from '../storage/storage.ts';

/** `there`: an earlier run has copied it. `missing` and `damaged`: nothing was written. */
export type Copied = 'copied' | 'there' | 'missing' | 'damaged';

/**
 * Copies a stored zip to a path of this machine, in bounded memory. It gets its name only when all its bytes are on the disk and their
 * SHA-256 is that of the receipt. Nothing is overwritten: what is there already is read, and stays.
 * @throws Error when another file has the name; what the storage and the disk throw
 */
export async function copyVerified(
  storage: Storage,
  address: FileAddress,
  target: string,
  { size, sha256 }: Pick<Backup, 'size' | 'sha256'>,
): Promise<Copied> {
  if (await exists(target)) {
    if ((await digestOf(createReadStream(target))) === sha256) return 'there';
    throw new Error(`'${target}' is there already, and has other bytes than the backup: move it away`);
  }
  await using file = await storage.open(address);
  if (!file) return 'missing';
  if (file.size !== size) return 'damaged';
  const part = join(dirname(target), `.${basename(target)}.part`);
  // What an interrupted run has left is ours.
  await rm(part, { force: true });
  try {
    if ((await copy(file, part)) !== sha256) return 'damaged';
    await giveName(part, target);
  } finally {
    await rm(part, { force: true });
  }
  return 'copied';
}

/** Writes a text to a path, instead of an older one of an export: whole or not at all. */
export async function writeWhole(
  path: string,
  write: (append: (text: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.part`);
  await rm(part, { force: true });
  const handle = await open(part, 'wx', 0o600);
  try {
    await write(async text => void (await handle.writeFile(text)));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, path);
  await syncFolder(dirname(path));
}

/** @returns the SHA-256 of all bytes, 64 hexadecimal digits */
async function copy(file: StoredFile, part: string): Promise<string> {
  const handle = await open(part, 'wx', 0o600);
  try {
    const digest = await digestOf(file.pieces({ start: 0, end: file.size - 1 }), handle);
    await handle.sync();
    return digest;
  } finally {
    await handle.close();
  }
}

async function digestOf(pieces: AsyncIterable<Buffer>, copyTo?: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces) {
    hash.update(piece);
    // It writes all of it, where one call would write a part.
    await copyTo?.writeFile(piece);
  }
  return hash.digest('hex');
}

/** A disk that is handed over may have a file system without links. */
async function giveName(part: string, target: string): Promise<void> {
  try {
    await link(part, target);
    await unlink(part);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    if (await exists(target)) throw error;
    await rename(part, target);
  }
  await syncFolder(dirname(target));
}

export async function exists(path: string): Promise<boolean> {
  const found = await lstat(path).catch(error => (hasCode(error, 'ENOENT') ? undefined : Promise.reject(error)));
  return found !== undefined;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some file systems of USB disks know no such thing.
    if (!hasCode(error, 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP')) throw error;
  } finally {
    await handle.close();
  }
}
