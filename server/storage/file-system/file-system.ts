import { constants } from 'node:fs';
import type * as nodeFs from 'node:fs/promises';
import { hasCode } from '../../errors/error-code.ts';

/** The calls that the folder storage makes; a test may watch their order, or let them fail. */
export type FileSystem = Pick<
  typeof nodeFs,
  'link' | 'lstat' | 'mkdir' | 'open' | 'readdir' | 'rename' | 'rmdir' | 'stat' | 'statfs' | 'unlink'
>;

/** What the parts of the folder storage work with. */
export interface Disk {
  readonly fs: FileSystem;
  /** Gets the errors in a clean-up, which never hide the result of the work before it. */
  readonly report: (error: unknown, what: string) => void;
}

/** For `catch`: passes over errors of these codes, and throws the others on. */
export function unless(...codes: string[]): (error: unknown) => void {
  return error => {
    if (!hasCode(error, ...codes)) throw error;
  };
}

/** Runs a clean-up. It never throws: what goes wrong is reported, except errors of the codes that are expected. */
export async function cleanUp(
  { report }: Disk,
  what: string,
  task: () => Promise<unknown>,
  ...expected: string[]
): Promise<void> {
  try {
    await task();
  } catch (error) {
    if (!hasCode(error, ...expected)) report(error, what);
  }
}

/** A named pipe without a writer would hold up the call, and its thread, for ever. */
const READ_ONLY = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Opens a file for reading.
 * @returns undefined when there is no file: a folder, a named pipe, a socket or a device is no file, and a link that leads
 *   nowhere leads to none
 */
export async function openRegular(disk: Disk, path: string): Promise<OpenFile | undefined> {
  let handle: nodeFs.FileHandle;
  try {
    handle = await disk.fs.open(path, READ_ONLY);
  } catch (error) {
    // ENXIO: a socket, or a device that is not there.
    if (hasCode(error, 'ENOENT', 'ENXIO')) return undefined;
    throw error;
  }
  const close = () => cleanUp(disk, `${path} could not be closed`, () => handle.close());
  try {
    const stats = await handle.stat();
    if (stats.isFile()) return { handle, size: stats.size, mtime: stats.mtime, close };
  } catch (error) {
    await close();
    throw error;
  }
  await close();
  return undefined;
}

export interface OpenFile {
  readonly handle: nodeFs.FileHandle;
  /** In bytes. */
  readonly size: number;
  readonly mtime: Date;
  /** Never throws. */
  close(): Promise<void>;
}
