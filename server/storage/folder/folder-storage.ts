import * as nodeFs from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BACKUP_NAME } from '../../../protocol/backup-name.ts';
import { databaseNameProblem } from '../../../protocol/database-name.ts';
import type { Disk, FileSystem } from '../file-system/file-system.ts';
import { keyedMutex } from '../file-system/keyed-mutex.ts';
import type { NamingDisk } from '../file-system/rename-no-replace.ts';
import { taggedFileSystem } from '../file-system/tagged-file-system.ts';
import type { DatabaseText, FileAddress, Storage } from '../storage.ts';
import { readIdentity } from './identity.ts';
import { databaseFolders, listFiles } from './list-files.ts';
import { readMetadata, writeMetadata } from './metadata.ts';
import { changeOwnText, lockingOwnTexts, readOwnText } from './own-texts.ts';
import { LEFTOVER, newPartName } from './part-file.ts';
import { Place } from './place.ts';
import { openFile } from './read-file.ts';
import { receiveFile } from './receive-file.ts';
import { removeFile, removeFileOnly } from './remove-file.ts';
import { removeBadCopies, removeText } from './remove-remains.ts';
import { roomOf } from './room.ts';

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
  const tasks = new Map<string, Promise<unknown>>();
  const disk: NamingDisk = { fs: taggedFileSystem(fs), report, renames: new Map() };
  const place = new Place(disk, root);
  const check = ({ database }: FileAddress) => place.checkDatabase(database);
  return {
    identity: () => readIdentity(disk, root),
    claim: () => place.claim(),
    receive: async (address, content, follow) =>
      receiveFile({ disk, address, target: pathOf(root, address), check: () => check(address) }, content, follow),
    async open(address) {
      const file = await openFile(disk, pathOf(root, address));
      try {
        await check(address);
      } catch (error) {
        await file?.[Symbol.asyncDispose]();
        throw error;
      }
      return file;
    },
    async putMetadata(address, text) {
      const path = pathOf(root, address);
      await check(address);
      await writeMetadata(disk, path, text);
      await check(address);
    },
    async getMetadata(address) {
      const text = await readMetadata(disk, pathOf(root, address));
      if (text === undefined) await check(address);
      return text;
    },
    async remove(address) {
      const path = pathOf(root, address);
      await check(address);
      const wasThere = await removeFile(disk, path);
      await check(address);
      return wasThere;
    },
    async removeFile(address) {
      const path = pathOf(root, address);
      await check(address);
      const wasThere = await removeFileOnly(disk, path);
      await check(address);
      return wasThere;
    },
    async removeRemains(database) {
      const folder = folderOf(root, database);
      await place.checkDatabase(database);
      for (const name of OWN_TEXTS)
        await keyedMutex(tasks, join(folder, name), () => removeText(disk, join(folder, name)));
      await removeBadCopies(disk, folder);
      await place.checkDatabase(database);
    },
    changeText: async (address, change) => {
      if (address.database === undefined)
        return keyedMutex(tasks, address.name, async () => {
          await place.check();
          await changeOwnText(disk, root, address.name, change);
          await place.check();
        });
      const path = textPath(root, address);
      return keyedMutex(tasks, path, async () => {
        await place.checkDatabase(address.database);
        await writeMetadata(disk, path, change(await readMetadata(disk, path)));
        await place.checkDatabase(address.database);
      });
    },
    async getText(address) {
      if (address.database === undefined) {
        const text = await readOwnText(disk, root, address.name);
        if (text === undefined) await place.check();
        return text;
      }
      const text = await readMetadata(disk, textPath(root, address));
      if (text === undefined) await place.checkDatabase(address.database);
      return text;
    },
    exclusively: async (address, task) => keyedMutex(tasks, pathOf(root, address), task),
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

/** The texts of a database. */
const OWN_TEXTS: readonly DatabaseText['name'][] = ['drills', 'restores'];

/** The last fence: for no caller a path leaves the folder. @throws Error for a name that is not one path segment */
function pathOf(root: string, { database, fileName }: FileAddress): string {
  if (databaseNameProblem(database) || !BACKUP_NAME.test(fileName) || /[/\\\0]/.test(fileName))
    throw new Error(`not a file of this storage: ${JSON.stringify([database, fileName])}`);
  return join(root, database, fileName);
}

/** @throws Error for a database that is not one path segment */
function textPath(root: string, { database, name }: DatabaseText): string {
  return join(folderOf(root, database), name);
}

/** @throws Error for a database that is not one path segment */
function folderOf(root: string, database: string): string {
  if (databaseNameProblem(database)) throw new Error(`not a database of this storage: ${JSON.stringify(database)}`);
  return join(root, database);
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
