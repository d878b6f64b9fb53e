import type { Context } from 'koa';
import { AppError } from '../../errors/errors.ts';
import type { StoredFile } from '../../storage/storage.ts';
import { isRangeWanted, preconditionStatus } from './preconditions.ts';
import { type ByteRange, parseRange } from './range.ts';
import { sendPieces } from './send-pieces.ts';
import { whileLetIn } from './while-let-in.ts';

interface Sending {
  readonly file: StoredFile;
  readonly fileName: string;
  /** Of the whole file, with its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
  /** Of the whole file, as the field `Repr-Digest`. */
  readonly reprDigest: string;
  /** How long the client may take nothing, in milliseconds. */
  readonly idleMs: number;
  /** Whether someone has revoked what let the reader in: then no more goes out. */
  readonly isShutOut: () => Promise<boolean>;
  /** Called right before the first byte goes out; what it returns is called when the last one has, or none goes any longer. */
  readonly onStart?: (range: ByteRange) => (sent: SentBytes) => void;
}

/** What the system has taken of what was to be sent. */
export interface SentBytes {
  readonly bytes: number;
  readonly isWhole: boolean;
}

/**
 * Answers with a file, or with the part of it that the client asks for (RFC 9110, sections 13 and 14). Resolves when the
 * answer has gone out.
 * @throws AppError 412, 416
 */
export async function sendFile(ctx: Context, sending: Sending): Promise<void> {
  const { file, fileName, etag, lastModified, reprDigest } = sending;
  const status = preconditionStatus(ctx.headers, sending);
  const range = status ? undefined : requestedRange(ctx, sending);
  if (status === 412) throw preconditionFailed(fileName);
  if (range === 'unsatisfiable') throw unsatisfiable(ctx, file.size);
  ctx.status = status ?? 200;
  ctx.set({ ETag: etag, 'Last-Modified': lastModified.toUTCString() });
  if (status) return;
  ctx.attachment(fileName, { fallback: inAscii(fileName) });
  ctx.type = 'application/zip';
  ctx.set('Accept-Ranges', 'bytes');
  ctx.set('Repr-Digest', reprDigest);
  await sendBytes(ctx, sending, range);
}

async function sendBytes(
  ctx: Context,
  { file, idleMs, isShutOut, onStart }: Sending,
  range: ByteRange | undefined,
): Promise<void> {
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  if (range) {
    ctx.status = 206;
    ctx.set('Content-Range', `bytes ${start}-${end}/${file.size}`);
  }
  ctx.length = end - start + 1;
  if (ctx.method === 'HEAD') return;
  // Node cuts a connection on which nothing moves for that long; it sets the time again for the next request.
  ctx.socket.setTimeout(idleMs);
  const onEnd = onStart?.({ start, end });
  let bytes = 0;
  try {
    bytes = await sendPieces(ctx, whileLetIn(file.pieces({ start, end }), isShutOut));
  } catch (error) {
    for (const name of OF_THE_FILE) ctx.remove(name);
    throw error;
  } finally {
    onEnd?.({ bytes, isWhole: bytes === end - start + 1 });
  }
}

/** What an error in place of the file must not have. */
const OF_THE_FILE = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Length',
  'Content-Range',
  'ETag',
  'Last-Modified',
  'Repr-Digest',
];

/** For those who read no more than the plain `filename` (RFC 6266), such as curl: bytes of latin1 are read as they like. */
function inAscii(fileName: string): string {
  const base = fileName.normalize('NFKD').replace(/\p{M}/gu, '');
  return base.replace(/[^\x20-\x7e]/gu, '_');
}

/** Only GET knows ranges. */
function requestedRange(ctx: Context, sending: Sending): ByteRange | 'unsatisfiable' | undefined {
  if (ctx.method !== 'GET' || !isRangeWanted(ctx.headers, sending)) return undefined;
  return parseRange(ctx.get('Range'), sending.file.size);
}

function preconditionFailed(fileName: string): AppError {
  const message = `${fileName} does not match the header If-Match or If-Unmodified-Since`;
  return new AppError(412, 'PRECONDITION_FAILED', message);
}

function unsatisfiable(ctx: Context, size: number): AppError {
  ctx.set('Content-Range', `bytes */${size}`);
  return new AppError(
    416,
    'RANGE_NOT_SATISFIABLE',
    `The range begins after the end of the file, which has ${size.toLocaleString('en')} bytes`,
  );
}
