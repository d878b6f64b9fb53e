import Router from '@koa/router';
import type { Graphql } from '../graphql.ts';
import { inviteBody } from './invite-body.ts';
import { readBody } from './read-body.ts';

const BODY_LIMITS = { maxBytes: 100_000, maxMs: 30_000 };

/** Puts GraphQL at `/graphql`. A browser that asks for a page gets GraphiQL. */
export function graphqlRoute({ graphql }: { graphql: Graphql }): Router {
  const router = new Router();
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
    ctx.status = response.status;
    for (const [name, value] of response.headers) ctx.append(name, value);
    ctx.body = response.body;
  });
  return router;
}
