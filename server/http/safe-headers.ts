import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';
import type { Middleware } from 'koa';

/** Nothing of an answer is a page that may load, send or frame something: GraphiQL's page has a policy of its own. */
const POLICY = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/**
 * Helmet's fields, and no cache that keeps anything. They are the same for each answer, so they are asked for once. A route
 * may say otherwise.
 */
export const SAFE_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  ...helmetFields(),
  'Cache-Control': 'no-store',
});

/** Of this host only: what runs on its subdomains is not ours to decide. In seconds, a year. */
const STRICT_TRANSPORT = 'max-age=31536000';

/** What each answer carries: no browser guesses its type, frames it or runs what is in it, and over TLS it comes back by TLS. */
export function safeHeaders(): Middleware {
  return async (ctx, next) => {
    ctx.set(SAFE_HEADERS);
    if (ctx.state.isSecure) ctx.set('Strict-Transport-Security', STRICT_TRANSPORT);
    await next();
  };
}

function helmetFields(): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: POLICY },
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  })(request, response, () => {});
  return Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));
}
