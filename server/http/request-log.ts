import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';

/** One line for each request, when its answer has gone out or its connection has gone away. No headers: they hold secrets. */
export function requestLog({ log }: { log: Logger }): Middleware {
  return async (ctx, next) => {
    const start = performance.now();
    ctx.res.once('close', () => {
      const { method, status, state } = ctx;
      const path = pathOf(ctx);
      const wasCut = !ctx.res.writableFinished;
      const ms = Math.round(performance.now() - start);
      log.info(
        {
          requestId: state.requestId,
          method,
          path,
          status,
          ms,
          ...(state.code && { code: state.code }),
          ...(wasCut && { wasCut }),
        },
        `${method} ${path} ${status}`,
      );
    });
    await next();
  };
}

/** Node lets targets through that it then can't take apart: an error here would be nobody's, and end the service. */
function pathOf(ctx: Context): string {
  try {
    return ctx.path;
  } catch {
    return ctx.url;
  }
}
