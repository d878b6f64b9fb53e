import type { Context } from 'koa';
import { AppError } from '../errors.ts';
import type { StoredFile } from '../storage/storage.ts';
import { type ByteRange, parseRange } from './range.ts';
import { sendPieces } from './send-pieces.ts';

interface Sending {
  /** Closed when the answer has gone out. */
  readonly file: StoredFile;
  readonly fileName: string;
  /** Of the whole file, with its quotes. */
  readonly etag: string;
  /** Of the whole file, as the field `Repr-Digest`. */
  readonly reprDigest: string;
  /** How long the client may take nothing, in milliseconds. */
  readonly idleMs: number;
}

/**
 * Answers with a file, or with the part of it that the client asks for (RFC 9110, sections 13 and 14).
 * @throws AppError 416
 */
export async function sendFile(ctx: Context, { file, fileName, etag, reprDigest, idleMs }: Sending): Promise<void> {
  ctx.status = 200;
  ctx.set('ETag', etag);
  const isKnown = clientHas(ctx, etag);
  const range = isKnown ? undefined : requestedRange(ctx, file.size, etag);
  if (isKnown || range === 'unsatisfiable' || ctx.method === 'HEAD') await file.close();
  if (range === 'unsatisfiable') throw unsatisfiable(ctx, file.size);
  ctx.set('Cache-Control', 'private, no-cache');
  if (isKnown) {
    ctx.status = 304;
    return;
  }
  ctx.attachment(fileName);
  ctx.type = 'application/zip';
  ctx.set('Accept-Ranges', 'bytes');
  ctx.set('Repr-Digest', reprDigest);
  await sendBytes(ctx, file, range, idleMs);
}

async function sendBytes(ctx: Context, file: StoredFile, range: ByteRange | undefined, idleMs: number): Promise<void> {
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  if (range) {
    ctx.status = 206;
    ctx.set('Content-Range', `bytes ${start}-${end}/${file.size}`);
  }
  ctx.length = end - start + 1;
  if (ctx.method === 'HEAD') return;
  // Node cuts a connection on which nothing moves for that long; it sets the time anew for the next request.
  ctx.socket.setTimeout(idleMs);
  await sendPieces(ctx, file.pieces({ start, end })).catch(error => {
    for (const name of OF_THE_FILE) ctx.remove(name);
    throw error;
  });
}

/** What an error in place of the file must not have. */
const OF_THE_FILE = [
  'Accept-Ranges',
  'Cache-Control',
  'Content-Disposition',
  'Content-Length',
  'Content-Range',
  'ETag',
  'Repr-Digest',
];

/** Koa's `ctx.fresh` would say no to every `Cache-Control: no-cache`, which fetch adds to conditional requests. */
function clientHas(ctx: Context, etag: string): boolean {
  const known = ctx.get('If-None-Match').split(',');
  return known.some(value => value.trim() === '*' || value.trim().replace(/^W\//, '') === etag);
}

/** Only GET knows ranges; with `If-Range` only while the client's part is of this very file. */
function requestedRange(ctx: Context, size: number, etag: string): ByteRange | 'unsatisfiable' | undefined {
  const condition = ctx.get('If-Range');
  if (ctx.method !== 'GET' || (condition && condition !== etag)) return undefined;
  return parseRange(ctx.get('Range'), size);
}

function unsatisfiable(ctx: Context, size: number): AppError {
  ctx.remove('ETag');
  ctx.set('Content-Range', `bytes */${size}`);
  return new AppError(
    416,
    'RANGE_NOT_SATISFIABLE',
    `The range begins behind the end of the file, which has ${size} bytes`,
  );
}
