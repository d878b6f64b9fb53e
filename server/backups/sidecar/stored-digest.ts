import { createHash } from 'node:crypto';
import type { StoredFile } from '../../storage/storage.ts';

/**
 * Reads a stored file to its end, in bounded memory.
 * @returns the SHA-256 of what is really there, 64 hexadecimal digits
 */
export async function storedDigest(file: StoredFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of file.pieces({ start: 0, end: file.size - 1 })) hash.update(chunk);
  return hash.digest('hex');
}
