import type { Middleware } from 'koa';

/** What each answer carries unless a route says otherwise: no browser guesses its type, and no cache keeps it. */
export function safeHeaders(): Middleware {
  return async (ctx, next) => {
    ctx.set({ 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' });
    await next();
  };
}
