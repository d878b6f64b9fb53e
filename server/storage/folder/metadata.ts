import { dirname } from 'node:path';
import { BACKUP_NAME } from '../../../protocol/backup-name.ts';
import { type Disk, openRegular } from '../file-system/file-system.ts';
import { closePart, discardPart, openPart, syncName } from './part-file.ts';

const ENDING = '.json';

/**
 * Writes a text beside a file, instead of an older one. It has its name only when it is whole and on the disk.
 * @param path of the file that it describes
 */
export async function writeMetadata(disk: Disk, path: string, text: string): Promise<void> {
  const target = metadataPath(path);
  await writeText(disk, target, text);
  await syncName(disk, target);
}

/** Writes a text to that path, instead of an older one. It has its name only when it is whole, and its name is not durable yet. */
export async function writeText(disk: Disk, target: string, text: string): Promise<void> {
  const part = await openPart(disk, dirname(target));
  try {
    await part.handle.writeFile(text);
    await part.handle.sync();
    await disk.fs.rename(part.path, target);
  } catch (error) {
    await discardPart(disk, part);
    throw error;
  }
  await closePart(disk, part);
}

/** @returns the text beside the file of that path, or undefined when there is no such text */
export function readMetadata(disk: Disk, path: string): Promise<string | undefined> {
  return readText(disk, metadataPath(path));
}

/** @returns the text in the file of that path, or undefined when there is no such file */
export async function readText(disk: Disk, path: string): Promise<string | undefined> {
  const file = await openRegular(disk, path);
  try {
    return await file?.handle.readFile('utf8');
  } finally {
    await file?.close();
  }
}

/** @returns where the text beside the file of that path lies */
export function metadataPath(path: string): string {
  return `${path}${ENDING}`;
}

/** @returns the names of the files that texts with these names describe */
export function filesOfMetadata(names: readonly string[]): string[] {
  return names
    .filter(name => name.endsWith(ENDING))
    .map(name => name.slice(0, -ENDING.length))
    .filter(name => BACKUP_NAME.test(name));
}
