import { TLSSocket } from 'node:tls';
import type { Context, Middleware } from 'koa';
import { type AddressRange, isWithin, parseAddress } from './trusted-proxies.ts';

/**
 * Notes who the client is: the other side of the connection, unless that is a proxy of TRUST_PROXY. Then it is who that proxy
 * has named in `X-Forwarded-For`, and so on while that is a trusted proxy, too. What stands before that was written by anyone.
 * `X-Forwarded-Host` is never read: it would be a name that anyone could choose.
 * @param trusted the proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count
 */
export function clientAddress(trusted: readonly AddressRange[]): Middleware {
  return async (ctx, next) => {
    const peer = peerAddress(ctx);
    const isProxy = trusted.length > 0 && isTrusted(peer, trusted);
    ctx.state.address = isProxy ? forwardedFor(ctx, peer, trusted) : peer;
    // Each proxy sets the field or adds to it: the last one is of the proxy that is connected.
    const scheme = isProxy ? fieldsOf(ctx, 'x-forwarded-proto').at(-1) : undefined;
    ctx.state.isSecure = scheme === undefined ? ctx.req.socket instanceof TLSSocket : scheme.toLowerCase() === 'https';
    await next();
  };
}

/** A socket forgets its peer when it is destroyed, which may be before its request is looked at. */
function peerAddress({ req }: Context): string {
  const { remoteAddress = 'unknown' } = req.socket;
  return remoteAddress.startsWith('::ffff:')
    ? (parseAddress(remoteAddress)?.toString() ?? remoteAddress)
    : remoteAddress;
}

function isTrusted(text: string, trusted: readonly AddressRange[]): boolean {
  const address = parseAddress(text);
  return address !== undefined && isWithin(address, trusted);
}

/** @returns the last one that no trusted proxy is; the proxy that named it when it is no address */
function forwardedFor(ctx: Context, peer: string, trusted: readonly AddressRange[]): string {
  let client = peer;
  for (const text of fieldsOf(ctx, 'x-forwarded-for').reverse()) {
    const address = parseAddress(withoutPort(text));
    if (!address) return client;
    client = address.toString();
    if (!isWithin(address, trusted)) return client;
  }
  return client;
}

/** Some proxies write the port of the client, too: `203.0.113.7:50000`, `[2001:db8::1]:50000`. */
function withoutPort(text: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}

function fieldsOf({ req }: Context, name: string): string[] {
  const field = req.headers[name];
  return (Array.isArray(field) ? field.join(',') : (field ?? '')).split(',').flatMap(text => text.trim() || []);
}
