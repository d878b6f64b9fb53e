import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';

/** Names each request, so that an answer and its lines in the log can be matched; a proxy in front may name it first. */
export function requestId(): Middleware {
  return async (ctx, next) => {
    const given = ctx.get('X-Request-Id');
    ctx.state.requestId = /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
    ctx.set('X-Request-Id', ctx.state.requestId);
    await next();
  };
}
