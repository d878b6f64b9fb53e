// The least that answers as the service does: Koa, one query written by hand for each answer; no ORM, no router, no log, no checks.
//   bare-koa.ts DATABASE_URL
// What the service answers by GraphQL has a path here. Prints its address when it listens.
import { createServer } from 'node:http';
import process from 'node:process';
import Koa from 'koa';
import { backups, databaseHistory, databaseList, fleet, statistics } from './history-answers.ts';
import { openStore } from './history-store.ts';

const store = openStore(process.argv[2]!);

const app = new Koa();
app.use(async ctx => {
  if (ctx.path === '/') ctx.body = await databaseList(store);
  else if (ctx.path === '/-fleet') ctx.body = await fleet(store);
  else if (ctx.path === '/-backups') ctx.body = await backups(store, String(ctx.query.after));
  else if (ctx.path === '/-statistics') ctx.body = await statistics(store);
  else ctx.body = await databaseHistory(store, ctx.path.slice(1), Number(ctx.query.limit));
});

const server = createServer(app.callback());
server.keepAliveTimeout = 600_000; // it can answer no request while SQLite computes
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as { port: number }).port}`));
