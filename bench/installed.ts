import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

/** @returns whether a program of that name can be run */
export async function isInstalled(program: string): Promise<boolean> {
  return (await pathOf(program)) !== undefined;
}

/** @returns the path of a program on the PATH, among the system's own, or in `more`; undefined when it is not there */
export async function pathOf(program: string, more: readonly string[] = []): Promise<string | undefined> {
  for (const folder of [...(process.env.PATH ?? '').split(':'), '/usr/sbin', ...more]) {
    const path = join(folder, program);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
