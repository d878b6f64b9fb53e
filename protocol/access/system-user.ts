import { userInfo } from 'node:os';
import process from 'node:process';

/**
 * @param find how the system is asked, for tests
 * @returns the name of the user who runs this process; where the system knows no name for it, as in a container with a numeric user, `uid 1000`
 */
export function systemUser(find: FindUser = userInfo): string {
  const id = process.getuid?.();
  return nameOfUser(find) ?? (id === undefined ? 'unknown' : `uid ${id}`);
}

/** @returns the same; undefined where the system knows no name */
export function nameOfUser(find: FindUser = userInfo): string | undefined {
  try {
    return find().username;
  } catch {
    return undefined;
  }
}

type FindUser = () => { readonly username: string };
