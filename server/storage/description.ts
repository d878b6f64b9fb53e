import { dirname } from 'node:path';
import { BACKUP_NAME } from '../../protocol/backup-name.ts';
import { type FileSystem, hasCode } from './file-system.ts';
import { openPart, removePart, syncName } from './part-file.ts';

const ENDING = '.json';

/**
 * Writes a text beside a file, in the place of an older one. It has its name only when it is whole and on the disk.
 * @param path of the file that it describes
 */
export async function writeDescription(fs: FileSystem, path: string, text: string): Promise<void> {
  const target = `${path}${ENDING}`;
  const part = await openPart(fs, dirname(target));
  try {
    await part.handle.writeFile(text);
    await part.handle.sync();
    await part.handle.close();
    await fs.rename(part.path, target);
  } catch (error) {
    await part.handle.close();
    await removePart(fs, part.path);
    throw error;
  }
  await syncName(fs, target);
}

/** @returns the text beside the file of that path, or undefined when there is none */
export async function readDescription(fs: FileSystem, path: string): Promise<string | undefined> {
  try {
    await using handle = await fs.open(`${path}${ENDING}`, 'r');
    return await handle.readFile('utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** @returns the names of the files that texts with these names describe */
export function describedBy(names: readonly string[]): string[] {
  return names
    .filter(name => name.endsWith(ENDING))
    .map(name => name.slice(0, -ENDING.length))
    .filter(name => BACKUP_NAME.test(name));
}
