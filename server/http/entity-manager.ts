import type { Middleware } from 'koa';
import type { Orm } from '../history/orm.ts';

/** One EntityManager for each request, in `ctx.state.em`: REST and GraphQL share it. It connects when it is first used. */
export function entityManager({ history }: { history: Orm }): Middleware {
  return async (ctx, next) => {
    ctx.state.em = history.em.fork();
    await next();
  };
}
