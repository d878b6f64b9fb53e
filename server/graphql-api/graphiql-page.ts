import { once } from 'node:events';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { createGunzip } from 'node:zlib';
import type { Context } from 'koa';

/** GraphiQL, ready to be sent. */
export interface Page {
  readonly gzipped: Uint8Array;
  readonly etag: string;
  /** Its `Content-Security-Policy`. */
  readonly policy: string;
}

/** @returns what answers a browser with GraphiQL, in one page that needs nothing else; it is made when it is first asked for */
export function graphiqlPage(): (ctx: Context) => Promise<void> {
  let making: Promise<Page> | undefined;
  return async ctx => {
    making ??= makePage().catch(error => {
      making = undefined;
      throw error;
    });
    send(ctx, await making);
  };
}

/**
 * To load nine megabytes of script takes half a second, in which the service would answer no other request, and so does compressing them. A
 * thread does both, and most of the memory goes with it.
 */
async function makePage(): Promise<Page> {
  const worker = new Worker(new URL('./graphiql-worker.ts', import.meta.url));
  const [page] = (await once(worker, 'message')) as [Page];
  return page;
}

function send(ctx: Context, { gzipped, etag, policy }: Page): void {
  ctx.status = 200;
  ctx.set({
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': policy,
    ETag: etag,
  });
  ctx.vary('Accept, Accept-Encoding');
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  ctx.type = 'text/html';
  if (ctx.acceptsEncodings('gzip', 'identity') === 'gzip') {
    ctx.set('Content-Encoding', 'gzip');
    ctx.body = Buffer.from(gzipped.buffer, gzipped.byteOffset, gzipped.byteLength);
  } else {
    ctx.body = Readable.from([gzipped]).pipe(createGunzip());
  }
}
