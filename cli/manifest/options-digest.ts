import { createHash } from 'node:crypto';

/**
 * @param options those of the user and of the preflight, by which a dump differs from one with our own options only
 * @returns the SHA-256 of their list: two dumps of one database with the same options can be compared. The options themselves are in no
 *   manifest, since a value may be a secret
 */
export function optionsDigest(dumpOptions: readonly string[], fallbackOptions: readonly string[] = []): string {
  return createHash('sha256')
    .update(JSON.stringify([...dumpOptions, ...fallbackOptions]))
    .digest('hex');
}
