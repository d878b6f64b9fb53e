import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'lmb_';
const SECRET_BYTES = 32;
const FORM = /^(lmb_[\w-]{43})([\dA-Za-z]{6})$/;

/**
 * Tells whether a text is written as a token: `lmb_`, 43 characters of base64url (256 random bits) and 6 of a checksum. So a typo,
 * and half of a token, are noticed without asking the service, and scanners for secrets find a token.
 */
export function isToken(text: string): boolean {
  const [, body, checksum] = FORM.exec(text) ?? [];
  return body !== undefined && checksum === checksumOf(body);
}

/** @returns a new token, which no one can guess */
export function makeToken(): string {
  const body = `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return `${body}${checksumOf(body)}`;
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The CRC-32 in base 62, as in GitHub's tokens: six digits hold 32 bits. */
function checksumOf(body: string): string {
  let [rest, digits] = [crc32(body), ''];
  for (; rest > 0; rest = Math.floor(rest / 62)) digits = DIGITS[rest % 62] + digits;
  return digits.padStart(6, '0');
}
