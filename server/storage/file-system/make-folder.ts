import * as nodeFs from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from '../../errors/error-code.ts';

/** What is called to make a folder; a test may let the calls fail. */
type MakingCalls = Pick<typeof nodeFs, 'mkdir' | 'stat'>;

/**
 * Makes a folder and those that it lies in, for this user alone, unless it is there. Node's own `recursive` never ends below
 * /proc and /sys, which answer to each new folder that its parent does not exist.
 * @throws Error with the reason, which names the path
 */
export async function makeFolder(path: string, fs: MakingCalls = nodeFs): Promise<void> {
  try {
    await makeOne(path, fs);
  } catch (error) {
    const parent = dirname(path);
    if (!hasCode(error, 'ENOENT') || parent === path) throw error;
    await makeFolder(parent, fs);
    await makeOne(path, fs).catch(cause => {
      if (!hasCode(cause, 'ENOENT')) throw cause;
      throw new Error(`no folder can be made in ${parent}, which is not on a disk: choose another path`, { cause });
    });
  }
}

/** @throws Error when the folder is not there after all */
async function makeOne(path: string, fs: MakingCalls): Promise<void> {
  try {
    await fs.mkdir(path, { mode: 0o700 });
  } catch (error) {
    const found = await fs.stat(path).catch(() => undefined);
    if (!found?.isDirectory()) throw error;
  }
}
