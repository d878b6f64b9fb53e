import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { shellWord } from '../../protocol/texts/shell-word.ts';
import { codeOf, ExplainedError, messageOf } from '../errors.ts';

const GONE = 'no longer exists';

/**
 * Opening a file that is not a plain file may block for ever (a named pipe), and following a link leads away from the folder: so it is
 * looked at first.
 * @returns what stands there instead of a plain file, such as `is a link`; undefined for a plain file
 */
export async function whyNotPlain(path: string): Promise<string | undefined> {
  try {
    return describeKind(await lstat(path));
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? GONE : `can't be accessed (${messageOf(error)})`;
  }
}

/** @returns what to do about a name of a zip in the work folder that is not a plain file */
export function adviceAboutOddity(path: string): string {
  return `Move the file here if it is elsewhere, or else remove this entry, which sade did not put there: rm -r ${shellWord(path)}`;
}

/** @throws {ExplainedError} with what to do, unless a plain file stands there, or nothing */
export async function refuseOddity(path: string): Promise<void> {
  const oddity = await whyNotPlain(path);
  if (oddity === undefined || oddity === GONE) return;
  throw new ExplainedError(`${path} ${oddity}, and is not opened`, { advice: adviceAboutOddity(path) });
}

function describeKind(found: Stats): string | undefined {
  if (found.isFile()) return undefined;
  if (found.isSymbolicLink()) return 'is a link';
  if (found.isDirectory()) return 'is a folder';
  return found.isFIFO() ? 'is a named pipe' : 'is a device or a socket';
}
