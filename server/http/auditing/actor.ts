import type { Context } from 'koa';
import type { Actor } from '../../audit/entry.ts';

/** @returns who sends the request, for the audit trail */
export function actorOf(ctx: Context): Actor {
  return { tokenId: undefined, token: undefined, address: ctx.state.address };
}
