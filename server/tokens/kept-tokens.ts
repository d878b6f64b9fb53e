import { array, date, number, object, string } from 'yup';
import { ROLES, type Role } from '../../protocol/access/roles.ts';

/** A token as it is kept beside the storage (docs/reference/formats.md, "The tokens"). */
export interface KeptToken {
  /** The SHA-256 of its text, 64 hexadecimal digits. */
  readonly hash: string;
  readonly name: string;
  readonly role: Role;
  readonly scope: readonly string[];
  readonly createdAt: Date;
  /** Null means never. */
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

const ABOUT = 'The tokens of Lumbung, as SHA-256 only: copy this file together with the backups';

/** @returns the text of the file, a token a line */
export function formatTokens(tokens: readonly KeptToken[]): string {
  const lines = tokens.map(({ hash, name, role, scope, createdAt, expiresAt, revokedAt }) =>
    JSON.stringify({
      ...{ hash, name, role, scope, created_at: createdAt, expires_at: expiresAt, revoked_at: revokedAt },
    }),
  );
  const head = `{"about":${JSON.stringify(ABOUT)},"record_version":1,"tokens":[`;
  return `${[head, lines.join(',\n'), ']}'].filter(part => part !== '').join('\n')}\n`;
}

/**
 * @param text undefined for no file
 * @returns the tokens in it
 * @throws Error when it was changed by hand into something else: to go on would bring revoked tokens back
 */
export function parseTokens(text: string | undefined): KeptToken[] {
  if (text === undefined) return [];
  try {
    return file.validateSync(JSON.parse(text)).tokens.map(token => ({
      hash: token.hash,
      name: token.name,
      role: token.role,
      scope: token.scope,
      createdAt: token.created_at,
      expiresAt: token.expires_at,
      revokedAt: token.revoked_at,
    }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the file '.lumbung-tokens ' in STORAGE_DIR is broken: ${why}. Put it back from a copy`, {
      cause: error,
    });
  }
}

/** @returns the tokens of both: what one knows of a revocation or an earlier end is true */
export function mergeTokens(some: readonly KeptToken[], others: readonly KeptToken[]): KeptToken[] {
  const merged = new Map(some.map(token => [token.hash, token]));
  for (const other of others) {
    const known = merged.get(other.hash);
    merged.set(other.hash, known ? stricter(known, other) : other);
  }
  return [...merged.values()];
}

/** @returns whether they are the same in what can change */
export function isSame(a: KeptToken, b: KeptToken): boolean {
  return a.revokedAt?.getTime() === b.revokedAt?.getTime() && a.expiresAt?.getTime() === b.expiresAt?.getTime();
}

function stricter(a: KeptToken, b: KeptToken): KeptToken {
  return { ...a, expiresAt: earlier(a.expiresAt, b.expiresAt), revokedAt: earlier(a.revokedAt, b.revokedAt) };
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (!a || !b) return a ?? b;
  return a < b ? a : b;
}

const file = object({
  record_version: number().oneOf([1]).required(),
  tokens: array(
    object({
      hash: string()
        .matches(/^[0-9a-f]{64}$/)
        .required(),
      name: string().required(),
      role: string().oneOf(ROLES).required(),
      scope: array(string().required()).required(),
      created_at: date().required(),
      expires_at: date().nullable().defined(),
      revoked_at: date().nullable().defined(),
    }).required(),
  ).required(),
}).required();
