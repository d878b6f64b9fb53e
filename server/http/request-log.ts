import type { Middleware } from 'koa';
import type { Logger } from 'pino';

/** One line for each request, when its answer has gone out or its connection has gone away. No headers: they hold secrets. */
export function requestLog({ log }: { log: Logger }): Middleware {
  return async (ctx, next) => {
    const start = performance.now();
    ctx.res.once('close', () => {
      const { method, path, status, state } = ctx;
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
