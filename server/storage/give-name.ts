import { type FileSystem, hasCode } from './file-system.ts';
import { inTurn } from './in-turn.ts';

interface Naming {
  readonly fs: FileSystem;
  /** Whoever must look before it renames takes turns here, by target. */
  readonly renames: Map<string, Promise<unknown>>;
  readonly path: string;
  readonly target: string;
}

/**
 * Moves a file to its name, unless there is one of that name.
 *
 * `rename` would replace the file that is there; `link` refuses to, whoever made it in the meantime.
 * @returns whether it was moved
 */
export async function giveName({ fs, renames, path, target }: Naming): Promise<boolean> {
  try {
    await fs.link(path, target);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
    return inTurn(renames, target, () => renameWhereFree(fs, path, target));
  }
  await fs.unlink(path);
  return true;
}

/** For file systems without hard links. Safe among callers who take turns: no other process may use the folder. */
async function renameWhereFree(fs: FileSystem, path: string, target: string): Promise<boolean> {
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
