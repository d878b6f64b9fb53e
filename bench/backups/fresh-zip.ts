import { randomUUID } from 'node:crypto';
import { copyFile, type FileHandle, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { entryNameOf, formatBackupName } from '../../protocol/backup-name.ts';

/** @returns a name that no zip has yet */
export function freshZipName(database: string): string {
  return formatBackupName({ database, takenAt: new Date(), id: randomUUID() });
}

/**
 * Copies a zip under a fresh name, and its entry with it: the service takes each name once, and looks at the entry's. All
 * names of a database are of one length, so that the name is simply overwritten in both of its places.
 * @param folder where the copy goes
 * @returns path of the copy
 */
export async function freshZip(
  zip: string,
  { database, folder }: { database: string; folder: string },
): Promise<string> {
  const copy = join(folder, freshZipName(database));
  await copyFile(zip, copy);
  await using file = await open(copy, 'r+');
  const { size } = await file.stat();
  const names = [zip, copy].map(path => Buffer.from(entryNameOf(basename(path)))) as [Buffer, Buffer];
  await overwrite(file, 0, names);
  await overwrite(file, Math.max(0, size - 1024), names);
  return copy;
}

async function overwrite(file: FileHandle, from: number, [old, fresh]: [Buffer, Buffer]): Promise<void> {
  const window = Buffer.alloc(1024);
  await file.read(window, 0, window.length, from);
  const at = window.lastIndexOf(old);
  if (at < 0 || old.length !== fresh.length) throw new Error(`no entry ${old} is to be found at byte ${from}`);
  await file.write(fresh, 0, fresh.length, from + at);
}
