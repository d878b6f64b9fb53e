import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { type FileSystem, hasCode } from './file-system.ts';
import type { StoredFile } from './storage.ts';

/** In bytes: twice as fast as the 64 KiB that streams read by themselves. */
const READ_SIZE = 1024 * 1024;

/** Opens a file for reading. @returns undefined when there is none */
export async function openFile(fs: FileSystem, path: string): Promise<StoredFile | undefined> {
  let handle: FileHandle;
  try {
    handle = await fs.open(path, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const { size, mtime: modifiedAt } = await handle.stat();
  const { fd } = handle;
  return { size, modifiedAt, fd, read: range => readStream(handle, range), close: () => handle.close() };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function readStream(handle: FileHandle, range: Range): Readable {
  const stream = Readable.from(pieces(handle, range), { objectMode: false, highWaterMark: READ_SIZE });
  // Not the generator's task: one that is dropped before its first piece never gets to run.
  stream.once('close', () => handle.close());
  return stream;
}

/** @throws Error when the file ends before the range does, so that a reader never takes a part for the whole */
async function* pieces(handle: FileHandle, { start, end }: Range): AsyncGenerator<Buffer> {
  for (let position = start; position <= end; ) {
    const piece = Buffer.allocUnsafe(Math.min(READ_SIZE, end - position + 1));
    const { bytesRead } = await handle.read(piece, 0, piece.length, position);
    if (bytesRead === 0) throw new Error(`a stored file ended at byte ${position}, before byte ${end}`);
    yield piece.subarray(0, bytesRead);
    position += bytesRead;
  }
}
