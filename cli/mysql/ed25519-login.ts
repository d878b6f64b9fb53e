import { createHash } from 'node:crypto';
import { Point } from '@noble/ed25519';

/** What mysql2 gives a way to log in that it does not know itself. */
interface PluginMetadata {
  readonly connection: { readonly config: { readonly password?: string } };
}

/**
 * MariaDB's login by ed25519, for mysql2's option `authPlugins`: the server sends 32 random bytes, and wants them signed. The password itself
 * is hashed to the key, so that a password of any length will do, and node:crypto, which wants a seed of 32 bytes, won't.
 * (MariaDB manual, "Authentication Plugin - ed25519"; RFC 8032, section 5.1.6.)
 */
export function ed25519Login({ connection }: PluginMetadata): (scramble: Buffer) => Buffer {
  const password = Buffer.from(connection.config.password ?? '', 'utf8');
  // Behind the 32 bytes a null byte ends the packet.
  return scramble => (password.length === 0 ? Buffer.alloc(0) : sign(scramble.subarray(0, 32), password));
}

/** @returns the signature, of 64 bytes */
export function sign(message: Uint8Array, password: Uint8Array): Buffer {
  const digest = sha512(password);
  const scalar = digest.subarray(0, 32);
  scalar[0]! &= 248;
  scalar[31]! &= 63;
  scalar[31]! |= 64;
  const secret = fromLittleEndian(scalar);
  const publicKey = Point.BASE.multiply(secret % ORDER).toBytes();
  const nonce = fromLittleEndian(sha512(digest.subarray(32), message)) % ORDER;
  const commitment = Point.BASE.multiply(nonce).toBytes();
  const challenge = fromLittleEndian(sha512(commitment, publicKey, message)) % ORDER;
  return Buffer.concat([commitment, toLittleEndian((nonce + challenge * secret) % ORDER)]);
}

const ORDER = Point.CURVE().n;

function sha512(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function fromLittleEndian(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function toLittleEndian(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse();
}
