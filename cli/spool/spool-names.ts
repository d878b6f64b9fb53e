import { parseBackupName, parseDumpName } from '../../protocol/backup-name.ts';
import { isServerFolder } from '../throwaway-server/private-folder.ts';

/** What follows the name of a zip in the name of the manifest that waits beside it. */
export const MANIFEST = '.json';

/** What follows the name of a zip that was delivered, where it can't be removed: it is not to be sent again. */
export const DELIVERED = '.delivered';

/** What follows the name of a zip that the service has refused permanently, once so far. */
export const REFUSED = '.refused';

/** @returns what the definitions of a dump are called, while its rehearsal is due */
export function definitionsName(zipName: string): string {
  return `${zipName}.definitions.part`;
}

/** Our own names only: the folder may hold files of others. */
export function isHalfDone(fileName: string): boolean {
  const isPart = fileName.endsWith('.part');
  const name = isPart
    ? parseBackupName(fileName.replace(/(?:\.json|\.definitions)?\.part$/, ''))
    : parseDumpName(fileName);
  return typeof name !== 'string';
}

/** @param all that stand in the folder */
export function isWorthless(fileName: string, all: readonly string[]): boolean {
  return isHalfDone(fileName) || isBesideNothing(fileName, all) || PASSING.test(fileName) || isServerFolder(fileName);
}

/** A manifest is written before its zip gets its name, and removed after it; so are its marks. */
function isBesideNothing(fileName: string, all: readonly string[]): boolean {
  return [MANIFEST, DELIVERED, REFUSED].some(ending => {
    const zipName = fileName.slice(0, -ending.length);
    return fileName.endsWith(ending) && typeof parseBackupName(zipName) !== 'string' && !all.includes(zipName);
  });
}

/** Files that exist for a moment only: the option file of a dump, which is empty while it has a name, the folder of its
 * client's plugins, and a probe. */
const PASSING = /^\.(?:(?:options|plugins)-[\da-f-]{36}|probe-\d+)$/;
