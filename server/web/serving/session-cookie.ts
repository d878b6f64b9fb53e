import { isIP } from 'node:net';
import type { Context } from 'koa';
import { cookieIn, setCookie } from '../sessions/cookies.ts';

/** Over TLS no other host, and no page without TLS, can set it. */
const SECURE = '__Host-lumbung';
/** On the machine of the service itself, without TLS. */
const LOCAL = 'lumbung_session';

/** @returns what the cookie of the session holds, of the only name that counts on this connection */
export function shownSession(ctx: Context): string | undefined {
  return maySignIn(ctx) ? cookieIn(ctx.req.headers.cookie, nameOf(ctx)) : undefined;
}

/** Gives the browser its session, until it closes or the session ends. */
export function giveSession(ctx: Context, value: string): void {
  ctx.append('Set-Cookie', setCookie(nameOf(ctx), value, { path: '/', isSecure: ctx.state.isSecure }));
}

/** Takes it away. */
export function takeSession(ctx: Context): void {
  ctx.append('Set-Cookie', setCookie(nameOf(ctx), '', { path: '/', maxAge: 0, isSecure: ctx.state.isSecure }));
}

/**
 * @returns whether a token and a session may travel here: by TLS, or within the machine. A proxy on the machine that has taken TLS away,
 * or never had it, asks with the name of the service, and so does not count as the machine itself
 */
export function maySignIn({ state }: Context): boolean {
  return state.isSecure || (isLoopback(state.address) && state.host !== undefined && isLoopback(state.host.name));
}

function nameOf({ state }: Context): string {
  return state.isSecure ? SECURE : LOCAL;
}

function isLoopback(name: string): boolean {
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === '::1' || name === 'localhost' || name.endsWith('.localhost');
}
