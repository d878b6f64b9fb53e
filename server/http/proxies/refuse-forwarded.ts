import type { Context, Middleware } from 'koa';
import { AppError } from '../../errors.ts';
import { isProbe } from '../hosts/probes.ts';

/** What proxies add to a request, beside all that begins with `x-forwarded-`. */
const PROXY_FIELDS = new Set(['forwarded', 'via', 'x-real-ip']);

/**
 * Refuses what came through a proxy while the service needs no token: it listens on loopback only then, and a proxy on the same
 * machine would open it to all who reach the proxy. A proxy that adds no field at all is not noticed.
 * @param isOpen whether the service answers without a token at the moment
 */
export function refuseForwarded(isOpen: () => boolean | Promise<boolean>): Middleware {
  return async (ctx, next) => {
    const field = proxyField(ctx);
    if (field !== undefined && !isProbe(ctx) && (await isOpen())) throw tokenNeeded(field);
    await next();
  };
}

function proxyField({ req: { headers } }: Context): string | undefined {
  for (const name in headers) if (name.startsWith('x-forwarded-') || PROXY_FIELDS.has(name)) return name;
  return undefined;
}

function tokenNeeded(field: string): AppError {
  return new AppError(
    403,
    'TOKEN_NEEDED_BEHIND_PROXY',
    `The request came through a proxy (it has the field ${field}), and this service has no tokens yet: the proxy would open it to everyone. Make a token first, on the machine of the service: node server/main.ts token create --name admin --role admin`,
  );
}
