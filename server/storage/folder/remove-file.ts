import { dirname } from 'node:path';
import { type Disk, unless } from '../file-system/file-system.ts';
import { metadataPath } from './metadata.ts';
import { removeEmpty, syncFolder } from './part-file.ts';

/**
 * Removes a file permanently, then the text beside it, and the folder with the last thing in it. The text goes only when the file
 * can't come back: a file without its text would be treated as one that was never recorded. Of a link to a file the link goes.
 * @returns whether the file was there
 */
export async function removeFile(disk: Disk, path: string): Promise<boolean> {
  const wasThere = await unlinkFile(disk, path);
  await unlinkFile(disk, metadataPath(path));
  await removeEmpty(disk, dirname(path));
  await syncFolder(disk, dirname(dirname(path)));
  return wasThere;
}

/**
 * Removes a file permanently, and keeps the text beside it. Of a link to a file the link goes.
 * @returns whether the file was there
 * @throws Error when there is no text: nothing would be left that says what the file was
 */
export async function removeFileOnly(disk: Disk, path: string): Promise<boolean> {
  const text = await disk.fs.lstat(metadataPath(path)).catch(unless('ENOENT'));
  if (!text) throw new Error(`${path} is not removed: no text beside it says why`);
  // Its name may have been given a moment ago by a process that was killed before it was durable.
  await syncFolder(disk, dirname(path));
  return unlinkFile(disk, path);
}

/** @returns whether there was a file, which is gone permanently now */
async function unlinkFile(disk: Disk, path: string): Promise<boolean> {
  const found = await disk.fs.lstat(path).catch(unless('ENOENT'));
  const isFile = found !== undefined && (found.isFile() || found.isSymbolicLink());
  if (isFile) await disk.fs.unlink(path).catch(unless('ENOENT'));
  // Also when it was not there: a call before may have been cut off right here. The folder itself may be gone by now.
  await syncFolder(disk, dirname(path)).catch(unless('ENOENT'));
  return isFile;
}
