import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { tokenNameOf } from '../auth/principal.ts';

/**
 * One line for each request, when its answer has gone out or its connection has gone away, and what was begun for it has come
 * to its end: only then its result is known. No headers: they hold secrets.
 */
export function requestLog({ log }: { log: Logger }): Middleware {
  return async (ctx, next) => {
    const start = performance.now();
    if (log.isLevelEnabled('debug')) writeBegin(log, ctx);
    const closed = new Promise(resolve => ctx.res.once('close', resolve));
    try {
      await next();
    } finally {
      void closed.then(() => write(log, ctx, Math.round(performance.now() - start)));
    }
  };
}

/** For an upload that hangs: its line comes only at its end. */
function writeBegin(log: Logger, ctx: Context): void {
  const { method, length, state } = ctx;
  const path = pathOf(ctx);
  const about = { request_id: state.requestId, method, path, client: state.address, bytes: length };
  log.debug(about, `${method} ${path} begins`);
}

function write(log: Logger, ctx: Context, ms: number): void {
  const { method, status, state } = ctx;
  const path = pathOf(ctx);
  const wasCut = !ctx.res.writableFinished;
  const token = state.refusedToken?.name ?? (state.principal && tokenNameOf(state.principal));
  const about = { request_id: state.requestId, method, path, status, ms };
  log.info(
    {
      ...about,
      ...(token !== undefined && { token }),
      ...(state.code && { code: state.code }),
      ...(wasCut && { was_cut: wasCut }),
    },
    `${method} ${path} ${status}`,
  );
}

/** Node lets targets through that it then can't take apart: no one would catch an error here, and it would end the service. */
export function pathOf(ctx: Context): string {
  try {
    return ctx.path;
  } catch {
    return ctx.url;
  }
}
