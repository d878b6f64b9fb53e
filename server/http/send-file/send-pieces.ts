import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';

/**
 * Sends an answer's body piece by piece, past Koa, and waits until the system has taken a piece before it asks for the next
 * one, which may have the same buffer. Resolves when all is sent, or the connection is cut: the app's `error` event says why.
 * @param pieces as many bytes as the answer's `Content-Length` says, or an error
 * @returns how many bytes the system has taken
 * @throws what the first piece throws: until then another answer can be given
 */
export async function sendPieces(ctx: Context, pieces: AsyncIterable<Buffer>): Promise<number> {
  const { res } = ctx;
  ctx.respond = false;
  const write = writerTo(res);
  let sent = 0;
  try {
    for await (const piece of pieces) {
      await write(piece);
      sent += piece.length;
    }
    res.end();
  } catch (error) {
    ctx.respond = !res.headersSent && !res.destroyed;
    if (ctx.respond) throw error;
    // The client sees that the answer is shorter than promised.
    res.destroy();
    ctx.app.emit('error', error, ctx);
  }
  return sent;
}

/** @returns what writes a piece and resolves when it is taken, or rejects when the connection closes before that */
function writerTo(res: ServerResponse): (piece: Buffer) => Promise<void> {
  let fail: (error: Error) => void = () => {};
  res.once('close', () => fail(clientGone()));
  return piece =>
    new Promise((resolve, reject) => {
      if (res.closed || res.destroyed) return reject(clientGone());
      fail = reject;
      res.write(piece, error => (error ? reject(clientGone(error)) : resolve()));
    });
}

function clientGone(cause?: Error): Error {
  const error = new Error('the connection was closed before all was sent', { cause });
  return Object.assign(error, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
}
