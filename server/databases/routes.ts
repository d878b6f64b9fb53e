import Router from '@koa/router';
import { databaseNameProblem } from '../../protocol/database-name.ts';
import { authorize } from '../auth/policy.ts';
import { notFound } from '../errors/errors.ts';
import { SharedWork } from '../process/shared-work.ts';
import { databaseHistory } from './database-history.ts';
import { listDatabases } from './list-databases.ts';
import { presentDatabases, presentHistory } from './presenter.ts';
import { historyQuery } from './validation.ts';

export function databaseRoutes(): Router {
  const router = new Router({ sensitive: true });
  // Of ten thousand databases each takes a hundred megabytes while it is made.
  const lists = new SharedWork<Buffer>();

  router.get('/', async ctx => {
    const { em, principal } = ctx.state;
    authorize(principal, 'list');
    const { scope } = principal;
    const list = async () => Buffer.from(JSON.stringify(presentDatabases(await listDatabases({ em, scope }))));
    ctx.body = await lists.run(JSON.stringify(scope), list);
    ctx.type = 'json';
  });

  router.get('/:db_name', async ctx => {
    const { em, principal } = ctx.state;
    const name = ctx.params.db_name!;
    authorize(principal, 'list', name);
    const problem = databaseNameProblem(name);
    if (problem) throw notFound('DATABASE_NOT_FOUND', `No database can have that name: it ${problem}`);
    ctx.body = presentHistory(
      name,
      await databaseHistory({ em, scope: principal.scope }, name, historyQuery(ctx.query)),
    );
  });

  return router;
}
