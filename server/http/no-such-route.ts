import type { RouterContext } from '@koa/router';
import type { Middleware } from 'koa';
import { AppError, notFound } from '../errors/errors.ts';

/** The last middleware: what gets here matched no route, or only routes of other methods. */
export function noSuchRoute(): Middleware {
  return ctx => {
    const matched: NonNullable<RouterContext['matched']> = ctx.matched ?? [];
    const allowed = new Set(matched.flatMap(layer => layer.methods));
    if (allowed.size === 0) throw notFound('ROUTE_NOT_FOUND', `There is nothing at ${ctx.path}`);
    ctx.set('Allow', [...allowed, 'OPTIONS'].join(', '));
    if (ctx.method !== 'OPTIONS')
      throw new AppError(
        405,
        'METHOD_NOT_ALLOWED',
        `${ctx.path} does not support the method ${ctx.method}: the Allow header lists the methods that it supports`,
      );
    ctx.status = 204;
  };
}
