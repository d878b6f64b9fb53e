import { join } from 'node:path';
import { databaseNameProblem } from '../../../protocol/database-name.ts';
import { keyedMutex } from '../file-system/keyed-mutex.ts';
import type { DatabaseText, Storage } from '../storage.ts';
import { readMetadata, writeMetadata } from './metadata.ts';
import { changeOwnText, readOwnText } from './own-texts.ts';
import { removeBadCopies, removeText } from './remove-remains.ts';
import type { StorageParts } from './stored-files.ts';

type StoredTexts = Pick<Storage, 'changeText' | 'getText' | 'removeRemains'>;

/** The texts of the storage and of its databases, and what else is left in the folder of a database without files. */
export function storedTexts({ disk, root, place, tasks }: StorageParts): StoredTexts {
  return {
    changeText: async (address, change) => {
      if (address.database === undefined)
        return keyedMutex(tasks, address.name, async () => {
          await place.check();
          await changeOwnText(disk, root, address.name, change);
          await place.check();
        });
      const path = textPath(root, address);
      return keyedMutex(tasks, path, () =>
        place.during(address.database, async () => writeMetadata(disk, path, change(await readMetadata(disk, path)))),
      );
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
    async removeRemains(database) {
      const folder = folderOf(root, database);
      await place.during(database, async () => {
        for (const name of OWN_TEXTS)
          await keyedMutex(tasks, join(folder, name), () => removeText(disk, join(folder, name)));
        await removeBadCopies(disk, folder);
      });
    },
  };
}

/** The texts of a database. */
const OWN_TEXTS: readonly DatabaseText['name'][] = ['drills', 'restores'];

/** @throws Error for a database that is not one path segment */
function textPath(root: string, { database, name }: DatabaseText): string {
  return join(folderOf(root, database), name);
}

/** @throws Error for a database that is not one path segment */
function folderOf(root: string, database: string): string {
  if (databaseNameProblem(database)) throw new Error(`not a database of this storage: ${JSON.stringify(database)}`);
  return join(root, database);
}
