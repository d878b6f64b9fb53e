import type { RouterContext } from '@koa/router';
import type { Context, Middleware } from 'koa';

/** A request whose answer has gone out, or whose connection has gone away. */
interface Answered {
  readonly method: string;
  readonly route: string | undefined;
  readonly status: number;
  readonly seconds: number;
}

/** Reports each request when it is over. */
export function countRequests(count: (request: Answered) => void): Middleware {
  return async (ctx, next) => {
    const start = performance.now();
    ctx.res.once('close', () => {
      const { method, status } = ctx;
      count({ method, route: routeOf(ctx), status, seconds: (performance.now() - start) / 1000 });
    });
    await next();
  };
}

function routeOf(ctx: Context): string | undefined {
  const { _matchedRoute: route } = ctx as Partial<RouterContext>;
  return typeof route === 'string' ? route : undefined;
}
