import type { Context, Middleware } from 'koa';
import { AppError } from '../../errors/errors.ts';
import { isOwnAddress } from '../hosts/host-name.ts';
import { isProbe } from '../hosts/probes.ts';

/** What proxies add to a request, beside all that begins with `x-forwarded`. */
const PROXY_FIELDS = new Set(['forwarded', 'via', 'x-real-ip']);

/**
 * Refuses what came through a proxy while the service needs no token: it listens on loopback only then, and a proxy on the same
 * machine would open it to all who reach the proxy. One that adds no field is noticed by its HTTP/1.0, which nginx speaks to a
 * service before version 1.29.7 unless it is told otherwise, or by the public name that it asks for. One that speaks HTTP/1.1, adds no
 * field, and asks for an address or a loopback name is not noticed.
 * @param isOpen whether the service answers without a token at the moment
 */
export function refuseForwarded(isOpen: () => boolean | Promise<boolean>): Middleware {
  return async (ctx, next) => {
    const sign = signOfProxy(ctx);
    if (sign !== undefined && !isProbe(ctx) && (await isOpen())) throw tokenNeeded(sign);
    await next();
  };
}

/** @returns what shows that a proxy has sent it */
function signOfProxy({ req: { headers, httpVersion }, state: { host } }: Context): string | undefined {
  for (const name in headers)
    if (name.startsWith('x-forwarded') || PROXY_FIELDS.has(name)) return `it has the field ${name}`;
  if (httpVersion === '1.0') return 'it is HTTP/1.0, as nginx sends it';
  return host && !isOwnAddress(host.name) ? `it asks for the host ${host.name}` : undefined;
}

function tokenNeeded(sign: string): AppError {
  return new AppError(
    403,
    'TOKEN_NEEDED_BEHIND_PROXY',
    `The request came through a proxy (${sign}), and this service has no tokens yet: the proxy would open it to everyone. Make a token first, on the machine of the service: sudo lumbung token create --name admin --role admin`,
  );
}
