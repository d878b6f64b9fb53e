import type { Context } from 'koa';
import type { Actor } from '../../audit/entry.ts';
import { NO_ONE, tokenNameOf } from '../../auth/principal.ts';

/** @returns who sends the request, for the audit trail; it may be refused before that is known */
export function actorOf({ state }: Context): Actor {
  const { principal = NO_ONE, refusedToken, address } = state as Partial<Context['state']>;
  // Who goes on to use a token that was revoked is what one looks for after a theft.
  if (refusedToken) return { tokenId: refusedToken.tokenId, token: refusedToken.name, address };
  return { tokenId: principal.tokenId, token: tokenNameOf(principal), address };
}
