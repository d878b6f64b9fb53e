import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

const PIECE_BYTES = 1 << 20;
/** Small files are many, and larger buffers for them would only bring the garbage collector. */
const LEAST_BYTES = 1 << 16;

/**
 * Reads a file in pieces of up to 1 MiB, all in the same memory: a piece is good only until the next is asked for. A buffer for
 * each would cost half as much time again, and wait for the garbage collector.
 * @throws the signal's reason when aborted
 */
export async function* chunksOf(path: string, signal?: AbortSignal): AsyncGenerator<Buffer<ArrayBuffer>> {
  await using file = await open(path, 'r');
  const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, Math.max(LEAST_BYTES, (await file.stat()).size)));
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(piece, 0, piece.length);
    if (bytesRead === 0) return;
    yield piece.subarray(0, bytesRead);
  }
}

/** @returns the SHA-256 of a file, in bounded memory @throws the signal's reason when aborted */
export async function fileDigest(path: string, signal: AbortSignal): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const piece of chunksOf(path, signal)) hash.update(piece);
  return hash.digest();
}
