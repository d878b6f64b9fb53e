import Router from '@koa/router';
import type { Context } from 'koa';
import type { Audit } from '../audit/audit.ts';
import type { WantedDeed } from '../audit/requested-deed.ts';
import { type Access, isLetIn } from '../auth/authenticate.ts';
import { authorize } from '../auth/policy.ts';
import { NO_ONE, tokenNameOf } from '../auth/principal.ts';
import { AppError, notFound } from '../errors/errors.ts';
import { actorOf } from '../http/auditing/actor.ts';
import { noteRefusal } from '../http/auditing/note-refusal.ts';
import { refuseForeign } from '../http/hosts/same-origin.ts';
import { readBody } from '../http/read-body.ts';
import type { ChannelTests } from '../notifications/channel-tests.ts';
import type { Graphql } from './create-graphql.ts';
import { graphiqlPage } from './graphiql-page.ts';
import { QuestionTurns } from './question-turns.ts';

const REFUSED = 'This is not a GraphQL request: POST a JSON object with "query" in it, as application/json';
const NO_PAGE =
  'GraphiQL is switched off here (GRAPHQL_INTROSPECTION=off): POST a JSON object with "query" in it, as application/json';
const BODY_LIMITS = { maxBytes: 100_000, maxMs: 30_000 };

/** So many questions are worked on at a time, since the answer of each may fill a hundred megabytes; the others wait. */
const AT_ONCE = 4;

interface Dependencies {
  readonly graphql: Graphql;
  readonly access: Access;
  readonly audit: Audit;
  readonly notifications: { readonly tests: ChannelTests };
}

/** Puts GraphQL at `/graphql`. A browser that asks for a page gets GraphiQL. */
export function graphqlRoute({ graphql, access, audit, notifications }: Dependencies): Router {
  const router = new Router({ sensitive: true });
  const sendPage = graphiqlPage();
  const turns = new QuestionTurns(AT_ONCE);
  router.register('/graphql', ['GET', 'POST'], async ctx => {
    const { principal, isForeign } = ctx.state;
    const isPageOnly = (isForeign || principal === NO_ONE) && acceptsPage(ctx);
    if (!isPageOnly) {
      refuseForeign(ctx);
      authorize(principal, 'list');
    }
    const { headers } = ctx;
    // A HEAD is answered as the GET would be (RFC 9110, section 9.3.2); Koa leaves the body out.
    const method = ctx.method === 'HEAD' ? 'GET' : ctx.method;
    const body = method === 'POST' ? String(await readBody(ctx, BODY_LIMITS)) : null;
    const { em, requestId } = ctx.state;
    const url = new URL(ctx.url, 'http://localhost');
    if (isPageOnly) url.search = '';
    const response = await turns.run(tokenNameOf(principal), async () => {
      if (ctx.res.destroyed) throw new AppError(499, 'REQUEST_ABORTED', 'The client closed the connection');
      const onRefused = (error: AppError, deed?: WantedDeed) => noteRefusal(audit, ctx, error, deed);
      const asked = { method, headers: headers as Record<string, string>, body };
      const auditing = { actor: actorOf(ctx), audit, onRefused, channelTests: notifications.tests };
      const reading = { em, scope: principal.scope, principal, isStillLetIn: () => isLetIn(ctx, access) };
      return graphql.fetch(url, asked, { requestId, ...reading, ...auditing });
    });
    // Of a page Yoga gives us no more than that.
    if (response.headers.get('content-type') === 'text/html') return sendPage(ctx);
    return sendAnswer(ctx, response);
  });
  return router;
}

async function sendAnswer(ctx: Context, response: Response): Promise<void> {
  if (wantsPage(ctx)) throw notFound('GRAPHIQL_OFF', NO_PAGE);
  // Yoga refuses some requests with a status and no more, and of an empty body Koa makes a 204.
  if (response.status >= 400 && !response.body) throw new AppError(response.status, 'GRAPHQL_REFUSED', REFUSED);
  for (const [name, value] of response.headers) if (name !== 'cache-control') ctx.append(name, value);
  ctx.status = response.status;
  if (!isStream(response)) ctx.body = await response.text();
  else if (ctx.method === 'HEAD') await endStream(response);
  else {
    endWithClient(ctx);
    ctx.body = response.body;
  }
}

/** @returns whether a browser asks for the page of GraphiQL; it needs no token, and its questions do */
export function asksForGraphiql(ctx: Context): boolean {
  return ctx.path === '/graphql' && acceptsPage(ctx);
}

/** Of a subscription. All else is there whole, and sending it as a stream would take twice the time. */
function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') ?? false;
}

/** A client that closes its side still wants an answer, but no more events. */
function endWithClient({ req, res }: Context): void {
  req.socket.once('end', () => res.destroy());
}

/** As Yoga looks for it. A link on another page may lead to GraphiQL, which asks nothing by itself. */
function acceptsPage({ method, headers }: Context): boolean {
  return method !== 'POST' && headers.accept?.includes('text/html') === true;
}

/** Yoga's stream begins to listen when it is first read, and cannot be cancelled before that. */
async function endStream({ body }: Response): Promise<void> {
  const reader = body!.getReader();
  await reader.read();
  await reader.cancel();
}

/** A query in the URL can be answered without the page. */
function wantsPage(ctx: Context): boolean {
  return ctx.method !== 'POST' && ctx.query.query === undefined && ctx.accepts('json', 'html') === 'html';
}
