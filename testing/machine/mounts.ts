import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** A disk of its own (tmpfs) that can be mounted at a place and taken away, with all that is on it. */
export interface Disk extends Disposable {
  mount(): void;
  /** As an administrator who forces it, or a cable that is pulled: files that are open stay open. */
  unmount(): void;
  /** As the kernel does it when the disk fails. */
  makeReadOnly(): void;
}

/**
 * Makes a disk, which only root may do, and mounts it.
 * @param at where; the folder must be there
 * @param keptAt where it stays mounted, so that nothing on it is lost; made if needed
 * @returns undefined, and says so, where that is not possible
 */
export function makeDisk(at: string, keptAt: string): Disk | undefined {
  mkdirSync(keptAt, { recursive: true });
  let isMounted = false;
  const disk: Disk = {
    mount() {
      run('mount', '--bind', keptAt, at);
      isMounted = true;
    },
    unmount() {
      run('umount', '--lazy', at);
      isMounted = false;
    },
    makeReadOnly() {
      // A mount with files that are open for writing can't be made so.
      disk.unmount();
      disk.mount();
      run('mount', '-o', 'remount,bind,ro', at);
    },
    [Symbol.dispose]() {
      if (isMounted) disk.unmount();
      run('umount', '--lazy', keptAt);
    },
  };
  try {
    run('mount', '-t', 'tmpfs', '-o', 'size=16m,mode=0700', 'lumbung-test', keptAt);
  } catch (error) {
    console.warn(`      SKIPPED: no disk can be mounted here (${String(error).split('\n')[0]})`);
    return undefined;
  }
  disk.mount();
  return disk;
}

/**
 * Makes a file one that can't be removed (EBUSY), as root may: it is mounted on itself.
 * @returns lets go of it; undefined, and says so, where that is not possible
 */
export function pin(path: string): Disposable | undefined {
  try {
    run('mount', '--bind', path, path);
  } catch (error) {
    console.warn(`      SKIPPED: nothing can be mounted here (${String(error).split('\n')[0]})`);
    return undefined;
  }
  return { [Symbol.dispose]: () => run('umount', '--lazy', path) };
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}
