import { join } from 'node:path';
import { BACKUP_NAME } from '../../../protocol/backup-name.ts';
import { databaseNameProblem } from '../../../protocol/database-name.ts';
import { keyedMutex } from '../file-system/keyed-mutex.ts';
import type { NamingDisk } from '../file-system/rename-no-replace.ts';
import type { FileAddress, Storage } from '../storage.ts';
import { readMetadata, writeMetadata } from './metadata.ts';
import type { Place } from './place.ts';
import { openFile } from './read-file.ts';
import { receiveFile } from './receive-file.ts';
import { removeFile, removeFileOnly } from './remove-file.ts';

/** What all parts of a storage work with. */
export interface StorageParts {
  readonly disk: NamingDisk;
  readonly root: string;
  readonly place: Place;
  /** What is done with one path at a time. */
  readonly tasks: Map<string, Promise<unknown>>;
}

type StoredFiles = Pick<
  Storage,
  'receive' | 'open' | 'putMetadata' | 'getMetadata' | 'remove' | 'removeFile' | 'exclusively'
>;

/** The zips, each with the text beside it: `DATABASE/FILE_NAME` and `DATABASE/FILE_NAME.json`. */
export function storedFiles({ disk, root, place, tasks }: StorageParts): StoredFiles {
  const check = ({ database }: FileAddress) => place.checkDatabase(database);
  return {
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
      await place.during(address.database, () => writeMetadata(disk, path, text));
    },
    async getMetadata(address) {
      const text = await readMetadata(disk, pathOf(root, address));
      if (text === undefined) await check(address);
      return text;
    },
    async remove(address) {
      const path = pathOf(root, address);
      return place.during(address.database, () => removeFile(disk, path));
    },
    async removeFile(address) {
      const path = pathOf(root, address);
      return place.during(address.database, () => removeFileOnly(disk, path));
    },
    exclusively: async (address, task) => keyedMutex(tasks, pathOf(root, address), task),
  };
}

/** The last fence: for no caller a path leaves the folder. @throws Error for a name that is not one path segment */
function pathOf(root: string, { database, fileName }: FileAddress): string {
  if (databaseNameProblem(database) || !BACKUP_NAME.test(fileName) || /[/\\\0]/.test(fileName))
    throw new Error(`not a file of this storage: ${JSON.stringify([database, fileName])}`);
  return join(root, database, fileName);
}
