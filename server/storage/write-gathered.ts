import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** Many small writes halve the speed: so much is gathered before each. In bytes. */
const WRITE_SIZE = 1024 * 1024;

/** A client that drips single bytes must not make us hold a million of them. */
const WRITE_PIECES = 1024;

/** Writes all that comes to the end of a file, counting and hashing it in the same pass. */
export async function writeGathered(
  content: AsyncIterable<Uint8Array>,
  handle: FileHandle,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    size += chunk.length;
    gathered.push(chunk);
    gatheredBytes += chunk.length;
    if (gatheredBytes < WRITE_SIZE && gathered.length < WRITE_PIECES) continue;
    await writeAll(handle, gathered);
    gathered = [];
    gatheredBytes = 0;
  }
  await writeAll(handle, gathered);
  return { size, sha256: hash.digest('hex') };
}

/** A disk that is almost full may take a part of a write without an error: only the next one tells. */
async function writeAll(handle: FileHandle, chunks: Uint8Array[]): Promise<void> {
  let rest = chunks;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest);
    rest = without(rest, bytesWritten);
  }
}

function without(chunks: Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = 0;
  const at = chunks.findIndex(chunk => {
    skipped += chunk.length;
    return skipped > bytes;
  });
  if (at === -1) return [];
  const kept = skipped - bytes;
  return [chunks[at]!.subarray(chunks[at]!.length - kept), ...chunks.slice(at + 1)];
}
