import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, Middleware } from 'koa';

/** What a client may still send after its answer, before the connection is cut. In milliseconds. */
export interface LingeringCloseLimits {
  readonly silenceMs: number;
  readonly totalMs: number;
}

/**
 * Lets an early refusal reach a client that is still sending.
 *
 * Closing a connection with unread bytes makes TCP send a reset, which may overtake the answer. So the answer goes out,
 * and what still comes in is read and dropped for a while before the connection closes (nginx: "lingering close").
 */
export function lingeringClose({
  silenceMs = 5_000,
  totalMs = 30_000,
}: Partial<LingeringCloseLimits> = {}): Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.status < 400 || ctx.req.complete || ctx.req.destroyed || !announcesBody(ctx)) return;
    ctx.set('Connection', 'close');
    sendWithoutEnding(ctx);
    await drained(ctx, { silenceMs, totalMs });
    ctx.res.end();
  };
}

function announcesBody(ctx: Context): boolean {
  return ctx.req.headers['transfer-encoding'] !== undefined || Number(ctx.req.headers['content-length'] ?? 0) > 0;
}

/** With `Content-Length` the client knows that it has all of the answer, though the response is not ended yet. */
function sendWithoutEnding(ctx: Context): void {
  const body = typeof ctx.body === 'object' ? JSON.stringify(ctx.body) : String(ctx.body ?? '');
  ctx.length = Buffer.byteLength(body);
  ctx.respond = false;
  ctx.res.flushHeaders();
  ctx.res.write(body);
}

async function drained(ctx: Context, { silenceMs, totalMs }: LingeringCloseLimits): Promise<void> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  ctx.req.on('data', () => timer.refresh());
  ctx.req.resume();
  // A client that has closed its side sends nothing more.
  ctx.req.socket.once('end', () => silence.abort());
  const stop = new AbortController();
  await Promise.race([
    finished(ctx.req, { signal: silence.signal }).catch(() => undefined),
    sleep(totalMs, undefined, { signal: stop.signal }).catch(() => undefined),
  ]);
  stop.abort();
  clearTimeout(timer);
}
