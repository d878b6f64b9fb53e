import * as nodeFs from 'node:fs/promises';
import { dirname } from 'node:path';

/** What is called to make a folder; a test may let the calls fail. */
type MakingCalls = Pick<typeof nodeFs, 'mkdir' | 'stat'>;

/**
 * Makes a folder and those that it lies in, for this user alone, unless it is there. Node's own `recursive` never ends below
 * /proc and /sys, which answer to each new folder that its parent does not exist.
 * @throws Error with the reason, which names the path
 */
export async function makeFolder(path: string, fs: MakingCalls = nodeFs): Promise<void> {
  const reason = await failureOf(path, fs);
  if (reason === undefined) return;
  const parent = dirname(path);
  if (reason.code !== 'ENOENT' || parent === path) throw reason;
  await makeFolder(parent, fs);
  const again = await failureOf(path, fs);
  if (again?.code === 'ENOENT')
    throw new Error(`no folder can be made in ${parent}, which is not on a disk: choose another path`, {
      cause: again,
    });
  if (again !== undefined) throw again;
}

/** @returns why the folder is not there after all */
async function failureOf(path: string, fs: MakingCalls): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await fs.mkdir(path, { mode: 0o700 });
    return undefined;
  } catch (error) {
    const isThere = await fs.stat(path).then(
      found => found.isDirectory(),
      () => false,
    );
    return isThere ? undefined : (error as NodeJS.ErrnoException);
  }
}
