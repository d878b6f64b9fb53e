import { hasCode } from '../../errors/error-code.ts';
import { type NamingDisk, renameNoReplace } from './rename-no-replace.ts';

/** So many bad copies of one file are kept at most. The name may grow by eight bytes (protocol/database-name.ts). */
const MAX_COPIES = 999;

/**
 * Renames a damaged stored file to `NAME.bad-1`, `NAME.bad-2` and so on: it may be the last trace of what happened. A missing file needs no quarantine.
 * @throws Error when there are too many such copies already
 */
export async function quarantine(disk: NamingDisk, path: string): Promise<void> {
  for (let copy = 1; copy <= MAX_COPIES; copy++) {
    try {
      if (await renameNoReplace(disk, { path, target: badCopy(path, copy), isPart: false })) return;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return;
      throw error;
    }
  }
  throw new Error(`there are ${MAX_COPIES} bad copies of ${path} already: remove them`);
}

function badCopy(path: string, copy: number): string {
  return `${path}.bad-${copy}`;
}

/** @returns the longest name that a file of that path, or one beside it, can ever get */
export function longestName(path: string): string {
  return badCopy(path, MAX_COPIES);
}

/** @returns whether a name is that of a file that was renamed so */
export function isBadCopy(name: string): boolean {
  return /\.zip\.bad-[1-9]\d{0,2}$/.test(name);
}
