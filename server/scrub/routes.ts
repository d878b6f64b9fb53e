import Router from '@koa/router';
import type { Context } from 'koa';
import type { ScrubAnswer } from '../../protocol/responses.ts';
import type { Audit } from '../audit/audit.ts';
import { authorize } from '../auth/policy.ts';
import { actorOf } from '../http/auditing/actor.ts';
import { readBody } from '../http/read-body.ts';
import { presentScrub } from './presenter.ts';
import type { Scrub } from './scrub.ts';
import { scrubRequest } from './validation.ts';

const BODY_LIMITS = { maxBytes: 10_000, maxMs: 30_000 };

/** Starts the scrub, and shows its progress. */
export function scrubRoutes({ scrub, audit }: { scrub: Scrub; audit: Audit }): Router {
  const router = new Router({ sensitive: true });

  const answer = async (ctx: Context): Promise<ScrubAnswer> => {
    const { em } = ctx.state;
    return { data: presentScrub(await scrub.progress(em)), message: 'success' };
  };

  router.get('/-/scrub', async ctx => {
    authorize(ctx.state.principal, 'progress');
    ctx.body = await answer(ctx);
  });

  router.post('/-/scrub', async ctx => {
    authorize(ctx.state.principal, 'scrub');
    const { all } = scrubRequest(ctx.query, String(await readBody(ctx, BODY_LIMITS)));
    const deed = { actor: actorOf(ctx), action: 'scrub', detail: { all } } as const;
    const isNew = await audit.change(deed, async note => {
      const isNew = scrub.start(all ? 'all' : 'asked');
      if (!isNew) note({ was_running: true });
      return isNew;
    });
    ctx.body = await answer(ctx);
    ctx.status = isNew ? 202 : 200;
  });

  return router;
}
