import Router from '@koa/router';
import { authorize } from '../auth/policy.ts';
import { findTable } from './find-table.ts';
import { presentTables } from './presenter.ts';
import { tableQuery } from './table-query.ts';

/** Which backups of a database hold a table. */
export function tableRoutes(): Router {
  const router = new Router({ sensitive: true });

  router.get('/-/tables', async ctx => {
    const { em, principal } = ctx.state;
    authorize(principal, 'list');
    const query = tableQuery(ctx.query);
    authorize(principal, 'list', query.database);
    ctx.body = presentTables(query.database, await findTable({ em, scope: principal.scope }, query));
  });

  return router;
}
