import { join } from 'node:path';
import { BACKUP_NAME } from '../../../protocol/backup-name.ts';
import { databaseNameProblem } from '../../../protocol/database-name.ts';
import { hasCode } from '../../errors/error-code.ts';
import { type Disk, unless } from '../file-system/file-system.ts';
import { filesOfMetadata } from './metadata.ts';

/**
 * Lists the published files and the texts beside them, database by database.
 * @param check throws when the storage, or the disk of that database, is away: what is away is not gone
 */
export async function* listFiles(disk: Disk, root: string, check: (database: string) => Promise<void>) {
  for (const database of await databaseFolders(disk, root)) {
    const entries = await disk.fs.readdir(join(root, database), { withFileTypes: true }).catch(unless('ENOENT'));
    if (!entries) {
      // A folder goes away with the last file in it, and with a first upload that is refused.
      await check(database);
      continue;
    }
    // A link may lead to a file on a larger disk.
    const names = entries.filter(entry => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name);
    yield { database, fileNames: names.filter(name => BACKUP_NAME.test(name)), withMetadata: filesOfMetadata(names) };
  }
}

/** A folder that is not ours to read, such as `lost+found` of a disk of its own, belongs to no database. */
export async function databaseFolders({ fs, report }: Disk, root: string): Promise<string[]> {
  const entries = await fs.readdir(root, { withFileTypes: true });
  // A link may lead to the folder of a database on a larger disk.
  const folders = entries.filter(
    entry => (entry.isDirectory() || entry.isSymbolicLink()) && !databaseNameProblem(entry.name),
  );
  const readable = await Promise.all(
    folders.map(folder =>
      fs.readdir(join(root, folder.name)).then(
        () => true,
        error => {
          if (!hasCode(error, 'EACCES', 'EPERM', 'ENOTDIR', 'ENOENT')) throw error;
          if (hasCode(error, 'ENOENT') && folder.isSymbolicLink())
            report(error, `${join(root, folder.name)} is a broken link, and is skipped`);
          return false;
        },
      ),
    ),
  );
  return folders.filter((_, index) => readable[index]).map(({ name }) => name);
}
