import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../errors.ts';

/**
 * Makes a folder and those that it lies in, for this user alone. Node's own `recursive` never ends below /proc and /sys,
 * which answer to each new folder that its parent does not exist.
 * @returns whether it was made, and not there before
 * @throws Error with the reason, which names the path
 */
export async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (await isFolder(path)) return false;
    if (codeOf(error) === 'EEXIST') throw new Error(`${path} exists and is not a folder`, { cause: error });
    const parent = dirname(path);
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error;
    await makeFolder(parent);
    await makeWithin(parent, path);
    return true;
  }
}

async function makeWithin(parent: string, path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new Error(`no folder can be made in ${parent}, which is not on a disk`, { cause: error });
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}
