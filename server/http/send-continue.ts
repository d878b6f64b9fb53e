import type { Context } from 'koa';

/**
 * Invites the body of a client that asked first whether it is welcome; called once all has been looked at that can be looked at
 * before. HTTP/1.0 does not know of it (RFC 9110, section 10.1.1).
 */
export function sendContinue(ctx: Context): void {
  if (ctx.req.httpVersion === '1.0') return;
  if (ctx.get('Expect').toLowerCase() === '100-continue') ctx.res.writeContinue();
}
