import { createHmac, randomBytes } from 'node:crypto';
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { authorize } from '../auth/policy.ts';
import { ANYONE, NO_ONE, type Principal } from '../auth/principal.ts';
import { type AppError, notFound } from '../errors/errors.ts';
import { actorOf } from '../http/auditing/actor.ts';
import { sendFile } from '../http/send-file/send-file.ts';
import { FILES, FORMS, PAGES, TEXTS } from './all-pages.ts';
import { Assets } from './serving/assets.ts';
import { errorPage } from './serving/error-page.ts';
import { gate, redirect } from './serving/gate.ts';
import { LivePages } from './serving/live.ts';
import { isUi, queryOf, readerOf } from './serving/reader.ts';
import { type Frames, sendPage } from './serving/send-page.ts';
import { serviceUrlOf } from './serving/service-url.ts';
import {
  isShutOutOfSession,
  type SigningIn,
  showSignIn,
  signIn,
  signOut,
  whoHasSignedIn,
} from './serving/signing-in.ts';
import type { PageRequest, WebParts } from './shell/page.ts';
import { basePath, linkTo, UI } from './shell/view.ts';

/** The dashboard, in the pieces that stand at different places of the app. */
export interface Web {
  /** Whether a request is for it. */
  readonly isUi: (ctx: Context) => boolean;
  /** Who has signed in, where a request for it shows a session. */
  readonly findSession: (ctx: Context) => Promise<Principal | undefined>;
  /** Answers an error by a page. @returns whether it has: it does for requests for the dashboard only */
  readonly sendError: (ctx: Context, error: AppError) => Promise<boolean>;
  /** Behind the one that says who asks. */
  readonly middleware: readonly Middleware[];
}

/**
 * Puts the dashboard under `/-/ui`.
 * @param limits of the sign-in
 */
export function webRoutes(parts: WebParts, limits: Pick<SigningIn, 'failedLogins' | 'requestRate'>): Web {
  const base = basePath(parts.publicUrl);
  const paths = new Set(PAGES.map(({ path }) => path));
  const frames: Frames = { configuration: parts.configuration, base, assets: new Assets(), paths };
  const sendError = async (ctx: Context, error: AppError) => {
    if (!isUi(ctx)) return false;
    await sendPage(ctx, errorPage(ctx, error, readerOf(ctx, frames).view), frames);
    return true;
  };
  const { access, audit } = parts;
  const sessions = sessionRouter({ access, audit, ...limits, frames });
  const pages = pageRouter(parts, frames);
  const live = new LivePages({ ...parts, lookEveryMs: parts.liveLookMs });
  pages.get('/events', ctx => live.listen(ctx));
  const middleware = [
    linkAtRoot(base),
    noteCsrfToken(),
    gate(frames),
    sessions.routes() as Middleware,
    pages.routes() as Middleware,
  ];
  return { isUi, sendError, findSession: ctx => whoHasSignedIn(ctx, { access }), middleware };
}

function sessionRouter(parts: SigningIn): Router {
  const router = new Router({ prefix: UI, sensitive: true });
  router.get('/sign-in', ctx => showSignIn(ctx, parts));
  router.post('/sign-in', ctx => signIn(ctx, parts));
  router.post('/sign-out', ctx => signOut(ctx, parts));
  return router;
}

function pageRouter(parts: WebParts, frames: Frames): Router {
  const router = new Router({ prefix: UI, sensitive: true });
  router.get('/assets/:name', ctx => sendAsset(ctx, frames.assets, ctx.params.name!));
  for (const { path, action, show } of PAGES)
    router.get(path, async ctx => {
      authorize(ctx.state.principal, action);
      await sendPage(ctx, await show(requestOf(ctx, ctx.params, parts, frames), parts), frames);
    });
  for (const { path, action, open } of FILES)
    router.get(path, async ctx => {
      authorize(ctx.state.principal, action);
      const request = requestOf(ctx, ctx.params, parts, frames);
      const sent = await open({ ...request, actor: actorOf(ctx) }, parts);
      await using _ = sent.file;
      const since = Date.now();
      const isShutOut = () => isShutOutOfSession(ctx, parts.access, since);
      await sendFile(ctx, { ...sent, idleMs: parts.downloadIdleMs, isShutOut });
    });
  for (const { path, action, write } of TEXTS)
    router.get(path, async ctx => {
      authorize(ctx.state.principal, action);
      const { type, fileName, text } = await write(requestOf(ctx, ctx.params, parts, frames), parts);
      ctx.set('Content-Disposition', `attachment; filename="${fileName}"`);
      ctx.type = type;
      ctx.body = text;
    });
  for (const { path, action, submit } of FORMS)
    router.post(path, async ctx => {
      authorize(ctx.state.principal, action);
      const request = requestOf(ctx, ctx.params, parts, frames);
      const result = await submit({ ...request, form: ctx.state.form!, actor: actorOf(ctx) }, parts);
      if (!('goTo' in result)) return sendPage(ctx, result, frames);
      if (!result.goTo.startsWith(frames.base + UI)) throw new Error(`a form leads off the dashboard: ${result.goTo}`);
      redirect(ctx, result.goTo);
    });
  return router;
}

function requestOf(
  ctx: Context,
  params: Readonly<Record<string, string>>,
  { publicUrl }: WebParts,
  frames: Frames,
): PageRequest {
  const { em, principal, session } = ctx.state;
  const { view } = readerOf(ctx, frames);
  const serviceUrl = serviceUrlOf(ctx, publicUrl);
  const { id: sessionId, tokenHash } = session ?? {};
  return { view, em, scope: principal.scope, params, query: queryOf(ctx), serviceUrl, sessionId, tokenHash };
}

async function sendAsset(ctx: Context, assets: Assets, name: string): Promise<void> {
  const asset = await assets.find(name);
  if (!asset) throw notFound('ROUTE_NOT_FOUND', `There is nothing at ${ctx.path}`);
  ctx.status = 200;
  ctx.set({ 'Cache-Control': 'public, max-age=31536000, immutable', ETag: asset.etag });
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  ctx.type = asset.type;
  ctx.body = asset.bytes;
}

/** `GET /` is for programs: it tells browsers where the page is. */
function linkAtRoot(base: string): Middleware {
  return async (ctx, next) => {
    if (ctx.path === '/') ctx.set('Link', `<${linkTo(base, '/')}>; rel="alternate"; type="text/html"`);
    await next();
  };
}

/**
 * The token in each form. A session has its own; a client that shows its token with each request has one that follows from that, and
 * while the service is open all have the same until it stops.
 */
function noteCsrfToken(): Middleware {
  const secret = randomBytes(32);
  return async (ctx, next) => {
    const { principal, session } = ctx.state;
    const of = principal === ANYONE ? 'anyone' : ctx.get('Authorization');
    if (principal !== NO_ONE)
      ctx.state.csrfToken = session?.csrfToken ?? createHmac('sha256', secret).update(of).digest('base64url');
    await next();
  };
}
