import { join } from 'node:path';
import { BACKUP_NAME } from '../../../protocol/backup-name.ts';
import { databaseNameProblem } from '../../../protocol/database-name.ts';
import { hasCode } from '../../error-code.ts';
import type { Disk } from '../file-system/file-system.ts';
import { filesOfMetadata } from './metadata.ts';

/** Lists the published files and the texts beside them, database by database. */
export async function* listFiles(disk: Disk, root: string) {
  for (const database of await databaseFolders(disk, root)) {
    // A link may lead to a file on a larger disk.
    const names = (await disk.fs.readdir(join(root, database), { withFileTypes: true }))
      .filter(entry => entry.isFile() || entry.isSymbolicLink())
      .map(({ name }) => name);
    yield { database, fileNames: names.filter(name => BACKUP_NAME.test(name)), withMetadata: filesOfMetadata(names) };
  }
}

/** A folder that is not ours to read, such as `lost+found` of a disk of its own, belongs to no database. */
export async function databaseFolders({ fs, report }: Disk, root: string): Promise<string[]> {
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
          if (!hasCode(error, 'EACCES', 'EPERM', 'ENOTDIR', 'ENOENT')) throw error;
          if (hasCode(error, 'ENOENT')) report(error, `${join(root, name)} is a broken link, and is skipped`);
          return false;
        },
      ),
    ),
  );
  return names.filter((_, index) => readable[index]);
}
