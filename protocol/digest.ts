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
 * @returns the 32 bytes, or undefined where there is no well-formed SHA-256
 */
export function parseReprDigest(field: string): Buffer | undefined {
  const base64 = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):\s*(?:,|$)/.exec(field)?.[1];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}
