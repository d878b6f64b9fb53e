import { readPieces } from '../../../protocol/zip/read-pieces.ts';
import { type Disk, openRegular } from '../file-system/file-system.ts';
import type { StoredFile } from '../storage.ts';

/** Opens a file for reading. @returns undefined when there is no file */
export async function openFile(disk: Disk, path: string): Promise<StoredFile | undefined> {
  const file = await openRegular(disk, path);
  if (!file) return undefined;
  const { size, mtime: modifiedAt, close, handle } = file;
  return { size, modifiedAt, pieces: range => readPieces(handle, range), [Symbol.asyncDispose]: close };
}
