import type { FileHandle } from 'node:fs/promises';
import { readPieces } from '../../protocol/zip/read-pieces.ts';
import type { ZipFile } from '../../protocol/zip/zip-file.ts';

/** @returns a zip in an open file, of which so many bytes count */
export function zipFile(handle: FileHandle, size: number): ZipFile {
  return { size, pieces: range => readPieces(handle, range) };
}
