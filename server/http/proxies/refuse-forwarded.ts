import type { Context, Middleware } from 'koa';
import { AppError } from '../../errors.ts';
import { isProbe } from '../hosts/probes.ts';

/** What proxies add to a request, beside all that begins with `x-forwarded-`. */
const PROXY_FIELDS = ['forwarded', 'via', 'x-real-ip'];

/**
 * Refuses what came through a proxy while the service needs no token: it listens on loopback only then, and a proxy on the same
 * machine would open it to all who reach the proxy. A proxy that adds no field at all is not noticed.
 * @param isOpen whether the service answers without a token at the moment
 */
export function refuseForwarded(isOpen: () => boolean): Middleware {
  return async (ctx, next) => {
    if (isOpen() && !isProbe(ctx)) refuse(ctx);
    await next();
  };
}

function refuse({ req }: Context): void {
  const field = PROXY_FIELDS.find(name => name in req.headers) ?? forwardedField(req.headers);
  if (field !== undefined)
    throw new AppError(
      403,
      'TOKEN_NEEDED_BEHIND_PROXY',
      `The request came through a proxy (it has the field ${field}), and this service has no tokens yet: the proxy would open it to everyone. Make a token first, on the machine of the service: node server/main.ts token create`,
    );
}

function forwardedField(headers: object): string | undefined {
  return Object.keys(headers).find(name => name.startsWith('x-forwarded-'));
}
