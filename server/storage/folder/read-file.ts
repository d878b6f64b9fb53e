import { type Disk, type OpenFile, openRegular } from '../file-system/file-system.ts';
import type { StoredFile } from '../storage.ts';

/** In bytes: twice as fast as the 64 KiB that streams read by themselves, and no slower than more. */
const PIECE = 256 * 1024;

/** Opens a file for reading. @returns undefined when there is no file */
export async function openFile(disk: Disk, path: string): Promise<StoredFile | undefined> {
  const file = await openRegular(disk, path);
  if (!file) return undefined;
  const { size, mtime: modifiedAt, close, handle } = file;
  return { size, modifiedAt, fd: handle.fd, pieces: range => pieces(file, range), close };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Two buffers take turns: one is read into while the other is used, and none is left to the garbage collector.
 * @throws Error when the file ends before the range does, so that a reader never treats a part as the whole
 */
async function* pieces({ handle, close }: OpenFile, { start, end }: Range): AsyncGenerator<Buffer, void> {
  const size = Math.min(PIECE, end - start + 1);
  const buffers = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)] as const;
  const readAt = (position: number, into: Buffer) => handle.read(into, 0, Math.min(size, end - position + 1), position);
  let reading = start <= end ? readAt(start, buffers[0]) : undefined;
  try {
    for (let position = start; reading; ) {
      const { bytesRead, buffer } = await reading;
      if (bytesRead === 0) throw new Error(`a stored file ended at byte ${position}, before byte ${end}`);
      position += bytesRead;
      reading = position <= end ? readAt(position, buffer === buffers[0] ? buffers[1] : buffers[0]) : undefined;
      // It is reported when its turn comes; a reader that stops need not know.
      reading?.catch(() => undefined);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await close();
  }
}
