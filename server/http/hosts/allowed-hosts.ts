import type { Context, Middleware } from 'koa';
import { AppError } from '../../errors/errors.ts';
import { isOwnAddress, parseHost } from './host-name.ts';
import { isProbe } from './probes.ts';

/**
 * Answers only to names that are the service's own: IP addresses, loopback names, and those of PUBLIC_HOSTS. A web page
 * could else have its own name lead here, and would be of the same origin for the browser (DNS rebinding).
 * @param names beside the addresses and loopback names
 */
export function allowedHosts(names: readonly string[]): Middleware {
  const allowed = new Set(names.map(name => parseHost(name)?.name));
  return async (ctx, next) => {
    const host = askedHost(ctx);
    const parsed = host === undefined ? undefined : parseHost(host);
    if (host !== undefined && !parsed) throw malformed(`the host ${JSON.stringify(host)} in it is not valid`);
    ctx.state.host = parsed;
    if (parsed && !isOwnAddress(parsed.name) && !allowed.has(parsed.name) && !isProbe(ctx))
      throw misdirected(parsed.name);
    await next();
  };
}

/** What the target says goes before the field (RFC 9112, section 3.2.2). @returns undefined where HTTP/1.0 says nothing */
function askedHost({ req }: Context): string | undefined {
  const fields = req.headersDistinct.host ?? [];
  if (fields.length > 1) throw malformed('it has more than one Host header');
  if (fields.length === 0 && req.httpVersion !== '1.0') throw malformed('it has no Host header');
  return /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(req.url ?? '')?.[1] ?? fields[0];
}

function malformed(why: string): AppError {
  return new AppError(400, 'MALFORMED_REQUEST', `The request is not valid HTTP/1.1 (RFC 9112): ${why}`);
}

function misdirected(name: string): AppError {
  return new AppError(
    421,
    'UNKNOWN_HOST',
    `The service does not answer requests for the host name ${name}. If clients should use this name, add it to PUBLIC_HOSTS and restart the service`,
  );
}
