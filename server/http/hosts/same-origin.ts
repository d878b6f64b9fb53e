import type { Context, Middleware } from 'koa';
import { AppError } from '../../errors/errors.ts';
import type { HostName } from './host-name.ts';

/**
 * Lets the pages of other origins do nothing but read plain REST, where the browser says that a request is theirs. They
 * could else store backups, start scrubs, and have the service think about queries (CSRF). What no browser sends passes.
 * @param publicOrigin under which a proxy makes the service known, such as `https://backups.example.com`
 */
export function sameOrigin({ publicOrigin }: { publicOrigin: string | undefined }): Middleware {
  return async (ctx, next) => {
    ctx.state.isForeign = isForeign(ctx, publicOrigin);
    if (ctx.state.isForeign && !isPlainRead(ctx)) throw foreign();
    await next();
  };
}

/** @throws AppError 403 when a request came from a page of another origin */
export function refuseForeign({ state }: Context): void {
  if (state.isForeign) throw foreign();
}

function foreign(): AppError {
  const message =
    'A page of another web site has sent this request. Such a page may only read REST: use the page of the service itself, or a client that is not a browser';
  return new AppError(403, 'CROSS_ORIGIN', message);
}

/** A query by GET changes nothing: http/graphql-route.ts gives such a request the page of GraphiQL at most. */
function isPlainRead({ method }: Context): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** https://www.w3.org/TR/fetch-metadata/; over plain HTTP to another machine a browser says it in Origin or Referer only. */
function isForeign(ctx: Context, publicOrigin: string | undefined): boolean {
  const [site, origin, referer] = [ctx.get('Sec-Fetch-Site'), ctx.get('Origin'), ctx.get('Referer')];
  if (site && site !== 'none' && site !== 'same-origin') return true;
  if (origin) return !isOwn(origin, ctx.state.host, publicOrigin);
  return !site && referer !== '' && !isOwn(referer, ctx.state.host, publicOrigin);
}

/** @param host that the request asked; its scheme is not known, since a proxy may have taken TLS away */
function isOwn(text: string, host: HostName | undefined, publicOrigin: string | undefined): boolean {
  const url = URL.parse(text);
  if (!url || !host || !/^https?:$/.test(url.protocol)) return false;
  if (url.origin === publicOrigin) return true;
  const isSameName = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '') === host.name;
  const standard = url.protocol === 'https:' ? 443 : 80;
  const port = Number(url.port || standard);
  return isSameName && port === (host.port ?? standard);
}
