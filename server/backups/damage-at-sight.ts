import type { StoredFile } from '../storage/storage.ts';

/**
 * Checks a stored file without reading it.
 * @param file the open file, undefined when it is missing
 * @param size how many bytes were received
 * @returns one short sentence, or undefined
 */
export function damageAtSight(file: StoredFile | undefined, size: number): string | undefined {
  if (!file) return 'the stored file is gone';
  if (file.size !== size) return `the stored file has ${file.size} bytes, but ${size} bytes were received`;
  return undefined;
}
