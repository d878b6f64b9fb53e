import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A disk of a few megabytes, to be full soon. */
export interface SmallDisk extends Disposable {
  /** Makes room on it. */
  grow(megabytes: number): void;
}

/**
 * Mounts a small disk (tmpfs), which only root may do.
 * @param folder where; made if needed, and for this user alone
 * @returns undefined, and says so, where that is not possible
 */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'lumbung-test', folder);
  } catch (error) {
    console.warn(`      SKIPPED: no small disk can be mounted here (${String(error).split('\n')[0]})`);
    return undefined;
  }
  return {
    grow: more => run('mount', '-o', `remount,size=${more}m`, folder),
    [Symbol.dispose]: () => run('umount', '--lazy', folder),
  };
}

/** Takes all the room that is left on a disk. @param path of the file that takes it */
export async function fillDisk(path: string): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  // Others may write meanwhile: the most of it at once, and then the rest, until the disk says that it is full.
  const most = Math.floor(bavail * bsize * 0.9);
  const script = 'fallocate -l "$1" "$2"; dd if=/dev/zero of="$2" bs=64k oflag=append conv=notrunc; true';
  run('sh', '-c', script, 'sh', String(most), path);
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}
