/**
 * Writes a SHA-256 as the value of a `Repr-Digest` field.
 * @param digest the 32 bytes
 * @returns `sha-256=:BASE64:` (RFC 9530, section 3)
 */
export function formatReprDigest(digest: Uint8Array): string {
  return `sha-256=:${Buffer.from(digest).toString('base64')}:`;
}

/**
 * Reads the SHA-256 out of a `Repr-Digest` field, which may hold other algorithms too.
 * @returns the 32 bytes, or undefined where there is no well-formed SHA-256, or where several contradict each other
 */
export function parseReprDigest(field: string): Buffer | undefined {
  const values = field.split(',').filter(member => /^\s*sha-256=/.test(member));
  const digests = new Set(values.map(value => /=:([A-Za-z0-9+/]{43}=):\s*(?:;.*)?$/.exec(value)?.[1]));
  const [base64] = digests;
  return digests.size !== 1 || base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}
