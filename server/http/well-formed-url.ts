import type { Middleware } from 'koa';
import { AppError } from '../errors/errors.ts';

/** Refuses a path whose percent-encoding says nothing (`%zz`, half a character of UTF-8), or an invalid address, before any route sees it. */
export function wellFormedUrl(): Middleware {
  return async (ctx, next) => {
    try {
      decodeURIComponent(ctx.path);
    } catch (error) {
      throw new AppError(
        400,
        'MALFORMED_URL',
        `The address ${ctx.url} is not valid, or is not percent-encoded UTF-8`,
        [],
        error,
      );
    }
    await next();
  };
}
