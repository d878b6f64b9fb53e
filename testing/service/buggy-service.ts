import { EventEmitter } from 'node:events';
import process from 'node:process';
import Koa from 'koa';
import { listen } from '../../server/http/connections/listen.ts';
import { errorHandler } from '../../server/http/error-handler.ts';
import { requestId } from '../../server/http/request-id.ts';
import { requestScope } from '../../server/http/request-scope.ts';
import { endOnUncaughtErrors, surviveUncaughtErrors } from '../../server/http/uncaught-errors.ts';
import { createLog } from '../../server/log.ts';

/** A program for tests: the service's own frame, around requests that have bugs. With `start` it has one before it serves. */
const log = await createLog({ isTerminal: false });
const stopEnding = endOnUncaughtErrors(log);
if (process.argv[2] === 'start') setImmediate(() => void Promise.reject(new Error('a bug of the start')));

const never = new Promise<never>(() => {});
const BUGS: Record<string, () => Promise<unknown>> = {
  '/fine': async () => 'fine',
  '/rejection': () => {
    void Promise.reject(new Error('a bug: a rejection'));
    return never;
  },
  '/exception': () => {
    setTimeout(() => {
      throw new Error('a bug: an exception');
    });
    return never;
  },
  '/event': () => {
    const emitter = new EventEmitter();
    setImmediate(() => emitter.emit('error', new Error('a bug: an event')));
    return never;
  },
  '/late': async () => {
    setTimeout(() => void Promise.reject(new Error('a bug: behind the answer')), 50);
    return 'answered before';
  },
};

const server = await listen({ host: '127.0.0.1', port: 0, log });
const app = new Koa();
app.use(requestId());
app.use(errorHandler({ log, storage: { space: () => Promise.reject(new Error('no free space is known')) } }));
app.use(requestScope());
app.use(async ctx => {
  ctx.body = await BUGS[ctx.path]!();
});
if (process.argv[2] !== 'start') {
  stopEnding();
  surviveUncaughtErrors(log);
}
server.serve(app.callback());
log.info(`listens on ${server.url}`);
