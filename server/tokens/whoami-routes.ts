import Router from '@koa/router';
import type { Whoami } from '../../protocol/access/whoami.ts';
import { ANYONE } from '../auth/principal.ts';

/** Shows who the service takes a caller for: what `sade doctor` asks. */
export function whoamiRoutes(): Router {
  const router = new Router({ sensitive: true });

  router.get('/-/whoami', ctx => {
    const { principal } = ctx.state;
    const { name, role, scope, expiresAt } = principal;
    const mode = principal === ANYONE ? 'open' : 'tokens';
    const data: Whoami['data'] = { name, role, scope: [...scope], expires_at: expiresAt?.toISOString() ?? null, mode };
    ctx.body = { data, message: 'success' } satisfies Whoami;
  });

  return router;
}
