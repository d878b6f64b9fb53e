import { hasCode } from '../../errors/error-code.ts';
import { cleanUp, type Disk } from './file-system.ts';
import { keyedMutex } from './keyed-mutex.ts';

export interface NamingDisk extends Disk {
  /** A rename that must check its target first takes turns here, by target. */
  readonly renames: Map<string, Promise<unknown>>;
}

interface Naming {
  readonly path: string;
  readonly target: string;
  /** Whether it may stay under its old name, too, when that can't be removed: parts are swept at the next start. */
  readonly isPart: boolean;
}

/**
 * Moves a file to its name, unless there is one of that name.
 *
 * `rename` would replace the file that is there; `link` refuses to, also when another process has just made it.
 * @returns whether it was moved
 */
export async function renameNoReplace(disk: NamingDisk, { path, target, isPart }: Naming): Promise<boolean> {
  try {
    await disk.fs.link(path, target);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    // EPERM is also the answer for a folder, which has one name only.
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
    return keyedMutex(disk.renames, target, () => renameWhereFree(disk, path, target));
  }
  if (isPart) await cleanUp(disk, `${path} could not be removed`, () => disk.fs.unlink(path));
  else await disk.fs.unlink(path);
  return true;
}

/** For file systems without hard links. Safe among callers who take turns: no other process may use the folder. */
async function renameWhereFree({ fs }: Disk, path: string, target: string): Promise<boolean> {
  const isTaken = await fs.lstat(target).then(
    () => true,
    error => {
      if (hasCode(error, 'ENOENT')) return false;
      throw error;
    },
  );
  if (isTaken) return false;
  await fs.rename(path, target);
  return true;
}
