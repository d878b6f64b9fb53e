import { hash } from 'node:crypto';
import type { Context } from 'koa';
import { type Found, isShutOut } from '../../auth/authenticate.ts';
import { can } from '../../auth/policy.ts';
import { ANYONE, type Principal, tokenNameOf } from '../../auth/principal.ts';
import { AppError } from '../../errors/errors.ts';
import { toExpectedError } from '../../errors/expected-error.ts';
import { actorOf } from '../../http/auditing/actor.ts';
import { insecurePage, noSessionPage, signInPage } from '../pages/sign-in/sign-in-page.ts';
import { SIGN_IN_TEXTS } from '../pages/sign-in/texts.ts';
import {
  csrfTokenOf,
  endSession,
  findSession,
  hasSession,
  IDLE_MS,
  noteUse,
  startSession,
} from '../sessions/sessions.ts';
import type { WebParts } from '../shell/page.ts';
import { linkTo } from '../shell/view.ts';
import { redirect, safeNext } from './gate.ts';
import { isUi, pathBelow, queryOf, readerOf } from './reader.ts';
import { type Frames, sendPage } from './send-page.ts';
import { giveSession, maySignIn, shownSession, takeSession } from './session-cookie.ts';

export interface SigningIn extends Pick<WebParts, 'access' | 'audit'> {
  readonly frames: Frames;
  /** Throws when too many tokens of an address were refused. */
  readonly failedLogins: { count(address: string): Promise<void> };
  /** Throws when a token has sent too many requests: each sign-in makes a row and an entry of the trail. */
  readonly requestRate: { count(token: string | undefined): Promise<void> };
}

/** @returns who has signed in, where a request for the dashboard shows a session that goes on; a token that has ended ends its sessions */
export async function whoHasSignedIn(
  ctx: Context,
  { access }: Pick<SigningIn, 'access'>,
): Promise<Principal | undefined> {
  if (!isUi(ctx) || pathBelow(ctx).startsWith('/assets/')) return undefined;
  const value = shownSession(ctx);
  if (!value) return undefined;
  const { em } = ctx.state;
  const session = await findSession({ em }, value);
  const found = session && (await access.findByHash(session.tokenHash));
  if (!found?.principal) {
    ctx.state.hasEndedSession = true;
    if (session) await endSession({ em }, session.id).catch(() => undefined);
    return undefined;
  }
  ctx.state.session = { id: session!.id, tokenHash: session!.tokenHash, csrfToken: csrfTokenOf(value) };
  if (isByHand(ctx)) void noteUse({ em: em.fork() }, session!);
  return found.principal;
}

/** @returns whether who has signed in when the request came would still be let in */
export async function isStillSignedIn(ctx: Context, access: WebParts['access']): Promise<boolean> {
  const value = shownSession(ctx);
  const session = value && (await findSession({ em: ctx.state.em.fork() }, value));
  return Boolean(session && (await access.findByHash(session.tokenHash)).principal);
}

/**
 * @param since when the request came, in milliseconds since 1970
 * @returns whether someone has since revoked its token, or ended its session; one that ended since no page was asked for goes on
 */
export async function isShutOutOfSession(ctx: Context, access: WebParts['access'], since: number): Promise<boolean> {
  const { session, em } = ctx.state;
  if (!session) return isShutOut(ctx, access);
  const { principal, hasExpired } = await access.findByHash(session.tokenHash);
  if (!principal && !hasExpired) return true;
  return Date.now() - since < IDLE_MS && !(await hasSession({ em: em.fork() }, session.id));
}

/** The scripts of a page that is open ask by themselves: that must not keep its session alive. */
function isByHand(ctx: Context): boolean {
  return ctx.get('X-Lumbung-Live') === '' && pathBelow(ctx) !== '/events';
}

/** The page that asks for a token. */
export async function showSignIn(ctx: Context, { frames }: SigningIn): Promise<void> {
  const query = queryOf(ctx);
  const next = safeNext(query.get('next'));
  if (ctx.state.principal === ANYONE || ctx.state.session) return redirect(ctx, addressOf(frames, next));
  const { view } = readerOf(ctx, frames);
  const page = maySignIn(ctx)
    ? signInPage(view, { next: next.path + next.search, hasEnded: query.has('ended') })
    : insecurePage(view, false);
  await sendPage(ctx, page, frames);
}

/** Begins a session for the token in the form: always a new one, also for a browser that has shown one. */
export async function signIn(ctx: Context, parts: SigningIn): Promise<void> {
  const { access, audit, frames } = parts;
  const { view } = readerOf(ctx, frames);
  const form = ctx.state.form!;
  const next = safeNext(form.get('next'));
  if (await access.isOpen()) return redirect(ctx, addressOf(frames, next));
  if (!maySignIn(ctx)) return sendPage(ctx, insecurePage(view, true), frames);
  const text = (form.get('token') ?? '').trim();
  const found = await access.find(text);
  const refusal = await refusalOf(ctx, found, text, parts);
  if (refusal) return sendPage(ctx, signInPage(view, { next: next.path + next.search, ...refusal }), frames);
  const principal = found.principal!;
  await parts.requestRate.count(tokenNameOf(principal));
  const started = await replaceSession(ctx, { tokenHash: hash('sha256', text), token: principal.name });
  if (started instanceof AppError) {
    ctx.state.code = started.code;
    return sendPage(ctx, noSessionPage(view, started.code === 'STORAGE_FULL'), frames);
  }
  const { value, id } = started;
  giveSession(ctx, value);
  ctx.state.principal = principal;
  void audit.record({ actor: actorOf(ctx), action: 'sign_in', result: 'done', detail: { session: id } });
  redirect(ctx, addressOf(frames, next));
}

/**
 * Begins a session, and ends the one that the browser has shown.
 * @returns the error where the history stores nothing at the moment: anyone who comes in a bad night must learn what to do
 */
async function replaceSession(ctx: Context, of: { readonly tokenHash: string; readonly token: string }) {
  const { em, session: old, address } = ctx.state;
  try {
    if (old) await endSession({ em }, old.id);
    return await startSession({ em }, { ...of, address, browser: ctx.get('User-Agent') });
  } catch (error) {
    const expected = toExpectedError(error);
    if (!expected) throw error;
    return expected;
  }
}

/** Ends the session, and leads to the sign-in. */
export async function signOut(ctx: Context, { audit, frames }: SigningIn): Promise<void> {
  const { session, em } = ctx.state;
  if (session) {
    await endSession({ em }, session.id);
    void audit.record({ actor: actorOf(ctx), action: 'sign_out', result: 'done', detail: { session: session.id } });
  }
  takeSession(ctx);
  redirect(ctx, linkTo(frames.base, '/sign-in'));
}

/** @returns what is wrong with the token; counted like a token in a header. @throws RetryLater 429 */
async function refusalOf(
  ctx: Context,
  { principal, refusal, token }: Found,
  text: string,
  { audit, failedLogins, frames }: SigningIn,
): Promise<{ mistake: string; status: number } | undefined> {
  const t = SIGN_IN_TEXTS[readerOf(ctx, frames).view.language];
  if (text === '') return { mistake: t.empty, status: 400 };
  if (principal && can(principal, 'list')) return undefined;
  if (!principal) ctx.state.refusedToken = token;
  else ctx.state.principal = principal;
  const code = principal ? 'FORBIDDEN' : 'UNAUTHENTICATED';
  audit.refused({ actor: actorOf(ctx), action: 'sign_in', code, result: 'refused' });
  ctx.state.code = code;
  if (principal) return { mistake: t.onlyUpload(principal.name), status: 403 };
  await failedLogins.count(ctx.state.address);
  return { mistake: refusal!, status: 401 };
}

function addressOf({ base }: Frames, { path, search }: ReturnType<typeof safeNext>): string {
  return linkTo(base, path) + search;
}
