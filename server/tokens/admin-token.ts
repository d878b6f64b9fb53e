import { timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { isToken } from '../../protocol/access/token-text.ts';
import type { Principal } from '../auth/principal.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { hasCode, messageOf } from '../errors/error-code.ts';
import { hashOf } from './token-facts.ts';

/** The token in ADMIN_TOKEN_FILE. */
export interface AdminToken {
  /** @returns who shows it, or undefined for another text */
  find(text: string): Principal | undefined;
  /** @param hash of the text, as `hashOf` makes it */
  findByHash(hash: string): Principal | undefined;
  /** Other users of the machine can read the file. */
  readonly isReadableByOthers: boolean;
}

const ADMIN: Principal = { tokenId: undefined, name: 'ADMIN_TOKEN_FILE', role: 'admin', scope: EVERYTHING };

const HOW = 'Make one: (umask 077; sudo lumbung token generate > FILE)';

/**
 * Reads the token that an administrator has put into a file.
 * @throws Error when the file can't be read, or holds something else
 */
export async function readAdminToken(path: string): Promise<AdminToken> {
  const text = (await readFile(path, 'utf8').catch(refuse(path))).trim();
  if (!isToken(text))
    throw new Error(`ADMIN_TOKEN_FILE ${path} does not hold a token (lmb_…, one line). ${HOW.replace('FILE', path)}`);
  const hash = Buffer.from(hashOf(text));
  const { mode } = await stat(path).catch(refuse(path));
  const findByHash = (shown: string) =>
    shown.length === hash.length && timingSafeEqual(Buffer.from(shown), hash) ? ADMIN : undefined;
  return {
    find: shown => findByHash(hashOf(shown)),
    findByHash,
    isReadableByOthers: (mode & 0o077) !== 0,
  };
}

function refuse(path: string): (error: unknown) => never {
  return error => {
    const why = hasCode(error, 'ENOENT')
      ? `does not exist. ${HOW.replace('FILE', path)}`
      : `cannot be read: ${messageOf(error)}`;
    throw new Error(`ADMIN_TOKEN_FILE ${path} ${why}`, { cause: error });
  };
}
