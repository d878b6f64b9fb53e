import { dirname, join } from 'node:path';
import { type Disk, unless } from '../file-system/file-system.ts';
import { isBadCopy } from '../file-system/quarantine.ts';
import { metadataPath } from './metadata.ts';
import { removeEmpty, syncFolder } from './part-file.ts';

/** Removes the text of a path permanently, and the folder with the last thing in it. */
export async function removeText(disk: Disk, path: string): Promise<void> {
  await disk.fs.unlink(metadataPath(path)).catch(unless('ENOENT'));
  await leave(disk, dirname(path));
}

/** Removes the files of a database that were damaged and kept aside when good ones took their names. */
export async function removeBadCopies(disk: Disk, folder: string): Promise<void> {
  const names = (await disk.fs.readdir(folder, { withFileTypes: true }).catch(unless('ENOENT'))) ?? [];
  for (const { name } of names.filter(entry => !entry.isDirectory() && isBadCopy(entry.name)))
    await disk.fs.unlink(join(folder, name)).catch(unless('ENOENT'));
  await leave(disk, folder);
}

async function leave(disk: Disk, folder: string): Promise<void> {
  await syncFolder(disk, folder).catch(unless('ENOENT'));
  await removeEmpty(disk, folder);
  await syncFolder(disk, dirname(folder));
}
