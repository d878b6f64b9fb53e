import * as nodeFs from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BACKUP_NAME } from '../../protocol/backup-name.ts';
import { databaseNameProblem } from '../../protocol/database-name.ts';
import { describedBy, readDescription, writeDescription } from './description.ts';
import { type FileSystem, hasCode } from './file-system.ts';
import { inTurn } from './in-turn.ts';
import { LEFTOVER, newPartName } from './part-file.ts';
import { openFile } from './read-file.ts';
import { receiveFile } from './receive-file.ts';
import type { FileAddress, Storage } from './storage.ts';

/**
 * Keeps the files in a folder: `FOLDER/DATABASE/FILE_NAME`, and beside each its text: `FILE_NAME.json`. One process at a
 * time may use a folder.
 */
export function folderStorage({ folder, fs = nodeFs }: { folder: string; fs?: FileSystem }): Storage {
  const root = resolve(folder);
  const tasks = new Map<string, Promise<unknown>>();
  const renames = new Map<string, Promise<unknown>>();
  return {
    receive: async (address, content) => receiveFile({ fs, renames, address, target: pathOf(root, address) }, content),
    open: async address => openFile(fs, pathOf(root, address)),
    describe: async (address, text) => writeDescription(fs, pathOf(root, address), text),
    description: async address => readDescription(fs, pathOf(root, address)),
    exclusively: async (address, task) => inTurn(tasks, pathOf(root, address), task),
    checkUsable: () => checkUsable(fs, root),
    space: () => space(fs, root),
    removeLeftovers: () => removeLeftovers(fs, root),
    list: () => list(fs, root),
  };
}

/** The last fence: whatever calls, no path leaves the folder. @throws Error for a name that is not one path segment */
function pathOf(root: string, { database, fileName }: FileAddress): string {
  if (databaseNameProblem(database) || !BACKUP_NAME.test(fileName) || /[/\\\0]/.test(fileName))
    throw new Error(`not a file of this storage: ${JSON.stringify([database, fileName])}`);
  return join(root, database, fileName);
}

async function checkUsable(fs: FileSystem, root: string): Promise<void> {
  const path = join(root, newPartName());
  await fs.mkdir(root, { recursive: true, mode: 0o700 });
  await (await fs.open(path, 'wx', 0o600)).close();
  await fs.unlink(path);
}

/** What is set aside for the system's administrator is not free to us. */
async function space(fs: FileSystem, root: string): Promise<{ free: number; total: number }> {
  const { bsize, bavail, blocks } = await fs.statfs(root);
  return { free: bavail * bsize, total: blocks * bsize };
}

async function removeLeftovers(fs: FileSystem, root: string): Promise<number> {
  const databases = (await databaseFolders(fs, root)).map(name => join(root, name));
  let removed = 0;
  for (const folder of [root, ...databases])
    for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
      if (!entry.isFile() || !LEFTOVER.test(entry.name)) continue;
      await fs.unlink(join(folder, entry.name));
      removed += 1;
    }
  return removed;
}

async function* list(fs: FileSystem, root: string) {
  for (const database of await databaseFolders(fs, root)) {
    const names = await fs.readdir(join(root, database));
    yield { database, fileNames: names.filter(name => BACKUP_NAME.test(name)), described: describedBy(names) };
  }
}

/** A folder that is not ours to read, such as `lost+found` of a disk of its own, is none of a database. */
async function databaseFolders(fs: FileSystem, root: string): Promise<string[]> {
  const entries = await fs.readdir(root, { withFileTypes: true });
  // A link may lead to the folder of a database on a larger disk.
  const names = entries
    .filter(entry => (entry.isDirectory() || entry.isSymbolicLink()) && !databaseNameProblem(entry.name))
    .map(({ name }) => name);
  const readable = await Promise.all(
    names.map(name =>
      fs.readdir(join(root, name)).then(
        () => true,
        error => {
          if (hasCode(error, 'EACCES', 'EPERM', 'ENOTDIR', 'ENOENT')) return false;
          throw error;
        },
      ),
    ),
  );
  return names.filter((_, index) => readable[index]);
}
