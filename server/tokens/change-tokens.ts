import type { Audit } from '../audit/audit.ts';
import type { Actor } from '../audit/entry.ts';
import type { MadeToken, TokenStore } from './token-store.ts';
import { durationMs, type GivenToken, wantedToken } from './wanted-token.ts';

/** How long the old token works beside the new one where nothing else is said. */
const OVERLAP = '7d';

interface Parts {
  readonly tokens: TokenStore;
  readonly audit: Audit;
  readonly actor: Actor;
}

/**
 * Makes a token, with its entries in the audit trail.
 * @throws AppError 422 that names each field that is wrong, 409 when a token of that name is in use
 */
export async function createToken({ tokens, audit, actor }: Parts, given: GivenToken): Promise<MadeToken> {
  const wanted = wantedToken(given);
  const detail = { name: wanted.name, role: wanted.role, scope: wanted.scope };
  return audit.change({ actor, action: 'token_create', detail }, () => tokens.create(wanted));
}

/** Revokes the tokens of a name at once. @returns how many were in use @throws AppError 404 */
export async function revokeToken({ tokens, audit, actor }: Parts, name: string): Promise<number> {
  return audit.change({ actor, action: 'token_revoke', detail: { name } }, () => tokens.revoke(name));
}

interface Rotation {
  readonly name: string;
  /** How long the old one works on, such as `7d`, which is what is left out. */
  readonly overlap?: string | null | undefined;
  /** Of the new one, such as `365d`; as long as the old one when left out. */
  readonly expires?: string | null | undefined;
}

/** Replaces a token by a new one. @throws AppError 422, 404 */
export async function rotateToken(
  { tokens, audit, actor }: Parts,
  { name, overlap, expires }: Rotation,
): Promise<MadeToken> {
  const overlapMs = durationMs('overlap', overlap ?? OVERLAP);
  const lifetimeMs = expires == null ? undefined : durationMs('expires', expires);
  const detail = { name, overlap_seconds: overlapMs / 1000 };
  return audit.change({ actor, action: 'token_rotate', detail }, () => tokens.rotate(name, { overlapMs, lifetimeMs }));
}
