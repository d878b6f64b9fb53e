import type { FileHandle } from 'node:fs/promises';
import { tagOrigin } from '../../error-origin.ts';
import type { FileSystem } from './file-system.ts';

const CALLS = ['link', 'lstat', 'mkdir', 'open', 'readdir', 'rename', 'rmdir', 'stat', 'statfs', 'unlink'] as const;

const HANDLE_CALLS = ['close', 'datasync', 'read', 'readFile', 'stat', 'sync', 'write', 'writeFile'] as const;

/** The same file system, whose errors say that they come from the storage. What a client's stream throws does not. */
export function taggedFileSystem(fs: FileSystem): FileSystem {
  const tagged = Object.fromEntries(CALLS.map(name => [name, tagging(fs[name])])) as unknown as FileSystem;
  const { open } = tagged;
  return { ...tagged, open: async (...path) => taggedHandle(await open(...path)) };
}

function taggedHandle(handle: FileHandle): FileHandle {
  for (const name of HANDLE_CALLS) Object.assign(handle, { [name]: tagging(handle[name].bind(handle) as Call) });
  return handle;
}

type Call = (...args: never[]) => Promise<unknown>;

function tagging(call: unknown): Call {
  return async (...args) => {
    try {
      return await (call as Call)(...args);
    } catch (error) {
      throw tagOrigin(error, 'storage');
    }
  };
}
