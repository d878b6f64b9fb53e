import Router from '@koa/router';
import { AppError } from '../errors.ts';
import type { Graphql } from '../graphql/create-graphql.ts';
import { inviteBody } from './invite-body.ts';
import { readBody } from './read-body.ts';

const REFUSED = 'This is no GraphQL request: POST a JSON object with "query" in it, as application/json';
const BODY_LIMITS = { maxBytes: 100_000, maxMs: 30_000 };

/** Puts GraphQL at `/graphql`. A browser that asks for a page gets GraphiQL. */
export function graphqlRoute({ graphql }: { graphql: Graphql }): Router {
  const router = new Router({ sensitive: true });
  router.register('/graphql', ['GET', 'POST'], async ctx => {
    inviteBody(ctx);
    const { method, headers } = ctx;
    const body = method === 'POST' ? String(await readBody(ctx.req, BODY_LIMITS)) : null;
    const { em, requestId } = ctx.state;
    const url = new URL(ctx.url, 'http://localhost');
    const response = await graphql.fetch(
      url,
      { method, headers: headers as Record<string, string>, body },
      { em, requestId },
    );
    // Yoga refuses some requests with a status and no more, and of an empty body Koa makes a 204.
    if (response.status >= 400 && !response.body) throw new AppError(response.status, 'GRAPHQL_REFUSED', REFUSED);
    for (const [name, value] of response.headers) ctx.append(name, value);
    ctx.body = response.body;
    ctx.status = response.status;
  });
  return router;
}
