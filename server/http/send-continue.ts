import type { Context } from 'koa';

/** Invites the body of a client that asked first whether it is welcome; called once its header has been looked at. */
export function sendContinue(ctx: Context): void {
  if (ctx.get('Expect').toLowerCase() === '100-continue') ctx.res.writeContinue();
}
