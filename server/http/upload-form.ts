import type { IncomingMessage } from 'node:http';
import { addAbortSignal, type Readable, type Writable } from 'node:stream';
import multer from '@koa/multer';
import type { Context } from 'koa';
import type { Options, StorageEngine } from 'multer';
import { AppError } from '../errors.ts';
import { feed } from './feed.ts';
import { fileMissing, firstCause, formError, malformed, tooLarge, tooManyFiles } from './form-errors.ts';
import { inviteBody } from './invite-body.ts';

/** What became of the file part of a form, and the text fields beside it. */
export interface UploadForm<File> {
  readonly file: File;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface UploadLimits {
  /** The largest file, in bytes; undefined means no limit. */
  readonly maxFileBytes: number | undefined;
  /** How long the client may send nothing, in milliseconds. */
  readonly idleMs: number;
}

/** Takes the one file of a form in while it arrives. */
export interface FileReceiver<File> {
  /** Called as soon as the part's header is known. @throws AppError to refuse the file before a byte of it is read */
  checkName(fileName: string): void;
  /** Fields that may be longer than the others, by name, in bytes. */
  readonly longFields: Readonly<Record<string, number>>;
  /** Called with the fields before the file, and with all of them at the end. @throws AppError */
  checkFields(fields: Readonly<Record<string, unknown>>): void;
  receive(fileName: string, content: Readable): Promise<File>;
  /** Undoes `receive` when the form turns out to be wrong after the file. */
  discard(file: File): Promise<void>;
}

/**
 * Reads a form with exactly one file part, under whatever field name, and hands its bytes on while they arrive.
 *
 * A refusal is thrown at once, while the client may still be sending, and leaves nothing behind.
 * @throws AppError 400, 408, 411, 413, 415 or 422, and whatever `receiver` throws
 */
export async function readUploadForm<File>(
  ctx: Context,
  limits: UploadLimits,
  receiver: FileReceiver<File>,
): Promise<UploadForm<File>> {
  refuseUnreadable(ctx, limits, receiver);
  inviteBody(ctx);
  const refusal = new AbortController();
  const receiving: Promise<File>[] = [];
  try {
    await Promise.race([rejectionOf(refusal.signal), parse({ ctx, limits, receiver, refusal, receiving })]);
    if (!receiving[0]) throw fileMissing();
    receiver.checkFields(fieldsOf(ctx));
    return { file: await receiving[0], fields: fieldsOf(ctx) };
  } catch (error) {
    refusal.abort(error);
    const results = await Promise.allSettled(receiving);
    for (const result of results) if (result.status === 'fulfilled') await receiver.discard(result.value);
    throw formError(ctx, firstCause(refusal.signal.reason, results));
  }
}

/** What the boundaries and the few short fields may add to the file's own bytes. */
const FORM_OVERHEAD = 64 * 1024;
const MAX_FIELDS = 8;
const MAX_FIELD_BYTES = 64 * 1024;
/** How much of an upload may wait for the disk, in the parser and again behind it. In bytes. */
const BUFFER_SIZE = 128 * 1024;

function refuseUnreadable(ctx: Context, { maxFileBytes }: UploadLimits, { longFields }: FileReceiver<unknown>): void {
  if (ctx.request.type !== 'multipart/form-data')
    throw new AppError(415, 'NOT_MULTIPART', 'Send the zip as a file in a multipart/form-data body');
  const length = ctx.get('Content-Length');
  if (!length && !ctx.get('Transfer-Encoding'))
    throw new AppError(411, 'LENGTH_REQUIRED', 'The request has no body: send a Content-Length or a chunked body');
  const overhead = Object.values(longFields).reduce((sum, bytes) => sum + bytes, FORM_OVERHEAD);
  if (maxFileBytes !== undefined && Number(length) > maxFileBytes + overhead) throw tooLarge(maxFileBytes);
}

interface Parsing<File> {
  ctx: Context;
  limits: UploadLimits;
  receiver: FileReceiver<File>;
  /** Aborted, with the reason, to stop reading. */
  refusal: AbortController;
  receiving: Promise<File>[];
}

async function parse<File>(parsing: Parsing<File>): Promise<void> {
  const { ctx, limits, receiver, refusal } = parsing;
  const form = multer({
    // Part headers are UTF-8, and a path in a file name is refused rather than cut off: nothing is renamed.
    defParamCharset: 'utf8',
    preservePath: true,
    highWaterMark: BUFFER_SIZE,
    fileHwm: BUFFER_SIZE,
    limits: {
      files: 1,
      fields: MAX_FIELDS,
      parts: MAX_FIELDS + 1,
      fieldSize: Math.max(MAX_FIELD_BYTES, ...Object.values(receiver.longFields)),
      fieldNestingDepth: 0,
      headerPairs: 100,
      ...(limits.maxFileBytes !== undefined && { fileSize: limits.maxFileBytes }),
    },
    storage: receivingStorage(parsing),
    streamHandler(request, parser) {
      refuseAtOnce(parser, refusal, receiver);
      feed({ request, parser, idleMs: limits.idleMs, stop: refusal });
    },
  } satisfies FormOptions as multer.Options);
  await form.any()(ctx, async () => undefined);
}

/** multer itself would tell only when the whole body has been read, however long that takes. */
function refuseAtOnce(parser: Writable, refusal: AbortController, { longFields }: FileReceiver<unknown>): void {
  parser.once('error', error => refusal.abort(error));
  parser.once('filesLimit', () => refusal.abort(tooManyFiles()));
  for (const limit of ['fieldsLimit', 'partsLimit'])
    parser.once(limit, () => refusal.abort(malformed(`it has more than ${MAX_FIELDS} fields`)));
  parser.on('field', (name: string, value: string, { valueTruncated }: { valueTruncated: boolean }) => {
    const limit = longFields[name] ?? MAX_FIELD_BYTES;
    if (valueTruncated || Buffer.byteLength(value) > limit)
      refusal.abort(malformed(`its field ${name} is longer than ${limit} bytes`));
  });
}

/** What multer 2.5 knows and @types/koa__multer does not yet. */
interface FormOptions extends Options {
  highWaterMark: number;
  fileHwm: number;
  streamHandler(request: IncomingMessage, parser: Writable): void;
}

/** multer's storage engine: hands the file on while it arrives. */
function receivingStorage<File>({ ctx, limits, receiver, refusal, receiving }: Parsing<File>): StorageEngine {
  const receiveChecked = async (fileName: string, content: Readable) => {
    receiver.checkName(fileName);
    receiver.checkFields(fieldsOf(ctx));
    return receiver.receive(fileName, content);
  };
  return {
    _handleFile(_request, { originalname, stream }, done) {
      stream.once('limit', () => refusal.abort(tooLarge(limits.maxFileBytes)));
      const file = receiveChecked(originalname, addAbortSignal(refusal.signal, stream));
      receiving.push(file);
      file.then(
        () => done(null, {}),
        error => {
          refusal.abort(error);
          done(error);
        },
      );
    },
    // What was received is discarded by `readUploadForm`, once all of it has come to rest.
    _removeFile: (_request, _file, done) => done(null),
  };
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

function fieldsOf(ctx: Context): Record<string, unknown> {
  const { body } = ctx.request as { body?: unknown };
  return (body ?? (ctx.req as { body?: unknown }).body ?? {}) as Record<string, unknown>;
}
