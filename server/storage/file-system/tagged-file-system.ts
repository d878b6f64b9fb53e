import type { FileHandle } from 'node:fs/promises';
import { tagOrigin } from '../../errors/error-origin.ts';
import type { FileSystem } from './file-system.ts';

const CALLS = ['link', 'lstat', 'mkdir', 'open', 'readdir', 'rename', 'rmdir', 'stat', 'statfs', 'unlink'] as const;
const HANDLE_CALLS = ['close', 'datasync', 'read', 'readFile', 'stat', 'sync', 'write', 'writeFile'] as const;

/** The same file system, whose errors say that they come from the storage. What a client's stream throws does not. */
export function taggedFileSystem(fs: FileSystem): FileSystem {
  const tagged = tagAll({ ...fs }, CALLS);
  return { ...tagged, open: async (...path) => tagAll(await tagged.open(...path), HANDLE_CALLS) };
}

/** From now on these calls of the object tag what they throw. */
function tagAll<T extends FileSystem | FileHandle>(target: T, names: readonly (keyof T)[]): T {
  for (const name of names) {
    const call: unknown = target[name];
    if (typeof call !== 'function') continue;
    const tagging = async (...args: unknown[]) => {
      try {
        return await call.apply(target, args);
      } catch (error) {
        throw tagOrigin(error, 'storage');
      }
    };
    Object.assign(target, { [name]: tagging });
  }
  return target;
}
