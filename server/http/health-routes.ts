import Router from '@koa/router';
import { AppError } from '../errors.ts';
import { checkReachable } from '../history/check-reachable.ts';
import type { HistoryManager } from '../history/history.ts';
import type { Storage } from '../storage/storage.ts';

/** How the service is. Under `/-/`, so that no database's name is taken away. */
export function healthRoutes({ storage }: { storage: Storage }): Router {
  const router = new Router({ sensitive: true });

  router.get('/-/healthy', ctx => {
    ctx.body = { message: 'healthy' };
  });

  router.get('/-/ready', async ctx => {
    const { em } = ctx.state as { em: HistoryManager };
    await checkReachable(em);
    await storage.checkUsable().catch(error => {
      throw new AppError(503, 'STORAGE_UNAVAILABLE', 'The storage folder can not be written to', [], error);
    });
    ctx.body = { message: 'ready' };
  });

  return router;
}
