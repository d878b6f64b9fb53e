import * as nodeFs from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Disk, FileSystem } from '../file-system/file-system.ts';
import type { NamingDisk } from '../file-system/rename-no-replace.ts';
import { taggedFileSystem } from '../file-system/tagged-file-system.ts';
import type { Storage } from '../storage.ts';
import { readIdentity } from './identity.ts';
import { databaseFolders, listFiles } from './list-files.ts';
import { lockingOwnTexts } from './own-texts.ts';
import { LEFTOVER, newPartName } from './part-file.ts';
import { Place } from './place.ts';
import { roomOf } from './room.ts';
import { storedFiles } from './stored-files.ts';
import { storedTexts } from './stored-texts.ts';

interface Settings {
  readonly folder: string;
  /** Gets the errors of clean-ups. */
  readonly report?: Disk['report'];
  readonly fs?: FileSystem;
}

/**
 * Keeps the files in a folder: `FOLDER/DATABASE/FILE_NAME`, and beside each its text: `FILE_NAME.json`. One process at a
 * time may use a folder. The texts of a database are `FOLDER/DATABASE/NAME.json`, that of the storage `FOLDER/.lumbung-NAME `.
 */
export function folderStorage({ folder, report = () => {}, fs = nodeFs }: Settings): Storage {
  const root = resolve(folder);
  const disk: NamingDisk = { fs: taggedFileSystem(fs), report, renames: new Map() };
  const place = new Place(disk, root);
  const parts = { disk, root, place, tasks: new Map() };
  return {
    identity: () => readIdentity(disk, root),
    claim: () => place.claim(),
    ...storedFiles(parts),
    ...storedTexts(parts),
    async checkUsable() {
      await place.check();
      await checkWritable(disk, root);
    },
    async space() {
      await place.check();
      return roomOf(disk, root);
    },
    async removeLeftovers() {
      await place.check();
      // One in the root may belong to a text that another process is changing.
      return lockingOwnTexts(root, () => removeLeftovers(disk, root));
    },
    async *list() {
      await place.check();
      yield* listFiles(disk, root, database => place.checkDatabase(database));
      // Its disk may have been taken away meanwhile.
      await place.check();
    },
  };
}

async function checkWritable({ fs }: Disk, root: string): Promise<void> {
  const path = join(root, newPartName());
  await (await fs.open(path, 'wx', 0o600)).close();
  await fs.unlink(path);
}

async function removeLeftovers(disk: Disk, root: string): Promise<number> {
  const databases = (await databaseFolders(disk, root)).map(name => join(root, name));
  let removed = 0;
  for (const folder of [root, ...databases])
    for (const entry of await disk.fs.readdir(folder, { withFileTypes: true })) {
      if (!entry.isFile() || !LEFTOVER.test(entry.name)) continue;
      await disk.fs.unlink(join(folder, entry.name));
      removed += 1;
    }
  return removed;
}
