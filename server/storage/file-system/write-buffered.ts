import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BufferedWriter } from './buffered-writer.ts';

/**
 * Writes all that comes to the end of a file, counting and hashing it in the same pass.
 * @param onWritten is called after each write that went well, in order, with its bytes
 * @throws what `content` throws, or the disk; nothing is being written any more by then
 */
export async function writeBuffered(
  content: AsyncIterable<Uint8Array>,
  handle: FileHandle,
  onWritten?: (bytes: number) => void,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  const pieces = new BufferedWriter(handle, onWritten);
  let size = 0;
  // A pipe hands chunks on as they are, where `for await` over a stream joins all that has gathered in it, by a copy.
  const sink = new Writable({
    write(chunk: Uint8Array, _, done) {
      hash.update(chunk);
      size += chunk.length;
      const full = pieces.add(chunk);
      if (full) full.then(() => done(), done);
      else done();
    },
    final: done => void pieces.end().then(() => done(), done),
    destroy: (error, done) => void pieces.settled().then(() => done(error)),
  });
  await pipeline(content, sink);
  return { size, sha256: hash.digest('hex') };
}
