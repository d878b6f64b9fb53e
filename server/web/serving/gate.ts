import { timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import { unauthenticated } from '../../auth/policy.ts';
import { NO_ONE } from '../../auth/principal.ts';
import { AppError } from '../../errors/errors.ts';
import { readBody } from '../../http/read-body.ts';
import { setCookie } from '../sessions/cookies.ts';
import { CSRF_FIELD } from '../shell/forms.ts';
import { linkTo, UI } from '../shell/view.ts';
import { languageOf } from '../texts/language.ts';
import { isUi, LANGUAGE_COOKIE, pathBelow, queryOf, type Readers, ZONE_COOKIE, zoneOf } from './reader.ts';
import { POLICY } from './send-page.ts';

const BODY_LIMITS = { maxBytes: 16_000, maxMs: 10_000 };

/** What is open to those who have not signed in. */
const OPEN = /^\/(?:sign-in$|assets\/)/;

/**
 * What each request for the dashboard passes: without a session a page leads to the sign-in; what changes something has a form with
 * the CSRF token of its session, which is in `ctx.state.form` then.
 */
export function gate(readers: Readers): Middleware {
  return async (ctx, next) => {
    if (!isUi(ctx)) return next();
    ctx.set('Content-Security-Policy', POLICY);
    const path = pathBelow(ctx);
    const isRead = ctx.method === 'GET' || ctx.method === 'HEAD';
    if (isRead && rememberChoice(ctx, path, readers)) return;
    const isOpen = OPEN.test(path);
    if (ctx.state.principal === NO_ONE && !isOpen) return isRead ? askToSignIn(ctx, path, readers) : refuseUnknown();
    if (ctx.method === 'POST') await receiveForm(ctx, isOpen);
    return next();
  };
}

function askToSignIn(ctx: Context, path: string, { base }: Readers): void {
  const next = path === '/' && !ctx.req.url?.includes('?') ? undefined : pathWithQuery(ctx);
  redirect(ctx, linkTo(base, '/sign-in', { next, ended: ctx.state.hasEndedSession ? 'yes' : undefined }));
}

/** @throws AppError 401 */
function refuseUnknown(): never {
  throw unauthenticated(
    'Nothing was changed: the session has ended, or there never was one. Sign in, and send it again',
  );
}

/** Goes on to another page, by GET. */
export function redirect(ctx: Context, address: string): void {
  ctx.set('Location', address);
  ctx.body = null;
  ctx.status = 303;
}

/**
 * Where the sign-in leads: always to a page of the dashboard.
 * @param next a path below the dashboard, with a query
 * @returns the same, or `/`
 */
export function safeNext(next: string | null): { readonly path: string; readonly search: string } {
  const home = { path: '/', search: '' };
  if (next === null || next.length > 2_000 || !/^\/(?![/\\])[\x21-\x7e]*$/.test(next) || next.includes('\\'))
    return home;
  const url = URL.parse(`http://localhost${UI}${next}`);
  if (url?.host !== 'localhost' || !url.pathname.startsWith(`${UI}/`) || url.username !== '') return home;
  const path = url.pathname.slice(UI.length);
  return OPEN.test(path) || path.startsWith('//') ? home : { path, search: url.search };
}

/** `?lang=` and `?zone=` are remembered in cookies, and lead to the same page without them. */
function rememberChoice(ctx: Context, path: string, { base }: Readers): boolean {
  const query = queryOf(ctx);
  const choices = [
    [LANGUAGE_COOKIE, languageOf(query.get('lang'))],
    [ZONE_COOKIE, zoneOf(query.get('zone'))],
  ] as const;
  const made = choices.filter(([, choice]) => choice !== undefined);
  if (made.length === 0) return false;
  const about = { path: `${base}${UI}`, maxAge: 365 * 86_400, isSecure: ctx.state.isSecure };
  for (const [name, choice] of made) ctx.append('Set-Cookie', setCookie(name, choice!, about));
  query.delete('lang');
  query.delete('zone');
  redirect(ctx, `${linkTo(base, path)}${query.size > 0 ? `?${query}` : ''}`);
  return true;
}

function pathWithQuery(ctx: Context): string {
  const query = queryOf(ctx).toString();
  return `${pathBelow(ctx)}${query && `?${query}`}`.slice(0, 2_000);
}

async function receiveForm(ctx: Context, isOpen: boolean): Promise<void> {
  if (ctx.request.type.toLowerCase() !== 'application/x-www-form-urlencoded')
    throw new AppError(415, 'NOT_A_FORM', 'This is not a form of the dashboard: it has another content type');
  const form = new URLSearchParams(String(await readBody(ctx, BODY_LIMITS)));
  if (!isOpen) checkToken(form, ctx.state.csrfToken ?? '');
  ctx.state.form = form;
}

/** @throws AppError 403 */
function checkToken(form: URLSearchParams, token: string): void {
  const [shown, ...more] = form.getAll(CSRF_FIELD);
  form.delete(CSRF_FIELD);
  const [a, b] = [Buffer.from(shown ?? ''), Buffer.from(token)];
  if (more.length === 0 && b.length > 0 && a.length === b.length && timingSafeEqual(a, b)) return;
  throw new AppError(
    403,
    'FORM_OUTDATED',
    'This form is not of the present session, so nothing was changed. Open its page again, and send it from there',
  );
}
