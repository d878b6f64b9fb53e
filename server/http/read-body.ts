import type { Context } from 'koa';
import { formatBytes } from '../../protocol/format-bytes.ts';
import { AppError } from '../errors/errors.ts';
import { sendContinue } from './send-continue.ts';

interface Limits {
  readonly maxBytes: number;
  readonly maxMs: number;
  /** Ends the reading; its reason is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * Reads a small body whole. A client that asked first whether it is welcome is invited here: all that can be refused without the body
 * must be refused before.
 * @throws AppError 413 when it is larger than `maxBytes`, 408 when it takes longer than `maxMs` milliseconds
 */
export async function readBody(ctx: Context, { maxBytes, maxMs, signal }: Limits): Promise<Buffer> {
  const tooLarge = () =>
    new AppError(413, 'BODY_TOO_LARGE', `The body is larger than ${formatBytes(maxBytes)}, which is the limit`);
  const tooLate = () => new AppError(408, 'REQUEST_TIMEOUT', `The body did not arrive within ${maxMs / 1000} seconds`);
  const request = ctx.req;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  sendContinue(ctx);
  return new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => settle(() => reject(tooLate())), maxMs);
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) settle(() => reject(tooLarge()));
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks)));
    const onClose = () =>
      settle(() => reject(new AppError(499, 'REQUEST_ABORTED', 'The client closed the connection')));
    const onAbort = () => settle(() => reject(signal?.reason));
    const settle = (end: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      end();
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    signal?.addEventListener('abort', onAbort);
  });
}
