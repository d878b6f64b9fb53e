import type { Middleware } from 'koa';

/**
 * Has Node cut a connection whose client takes nothing of its answer for that long: until then all of the answer is in memory, and a
 * list of ten thousand databases has megabytes. Streams have limits of their own. For the next request on it Node sets the time again.
 * @param idleMs in milliseconds
 */
export function cutStalled(idleMs: number): Middleware {
  return async (ctx, next) => {
    await next();
    if (typeof ctx.body === 'string' || Buffer.isBuffer(ctx.body)) ctx.socket.setTimeout(idleMs);
  };
}
