import { lstat, readlink, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Finds a link in a path whose target does not exist, such as a disk that is not mounted: no folder can be made there.
 * @returns what the link is and where it leads; undefined where there is no such link
 */
export async function danglingLinkIn(path: string): Promise<string | undefined> {
  if (await isThere(stat(path))) return undefined;
  if (await isThere(lstat(path))) return `${path} is a link to ${await readlink(path)}, which does not exist`;
  return dirname(path) === path ? undefined : danglingLinkIn(dirname(path));
}

function isThere(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => true,
    () => false,
  );
}
