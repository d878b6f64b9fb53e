import type { Context } from 'koa';
import type { Actor } from '../../audit/entry.ts';
import { ANYONE, NO_ONE } from '../../auth/principal.ts';

/** @returns who sends the request, for the audit trail; it may be refused before that is known */
export function actorOf({ state }: Context): Actor {
  const { principal = NO_ONE, address } = state as Partial<Context['state']>;
  const hasToken = principal !== NO_ONE && principal !== ANYONE;
  return { tokenId: principal.tokenId, token: hasToken ? principal.name : undefined, address };
}
