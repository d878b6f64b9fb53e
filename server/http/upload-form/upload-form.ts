import type { IncomingMessage } from 'node:http';
import { addAbortSignal, type Readable, type Writable } from 'node:stream';
import multer from '@koa/multer';
import type { Context } from 'koa';
import type { Options, StorageEngine } from 'multer';
import { AppError } from '../../errors.ts';
import { sendContinue } from '../send-continue.ts';
import { BoundaryPadding } from './boundary-padding.ts';
import { formBoundary } from './form-boundary.ts';
import type { FormBudget, FormLease } from './form-budget.ts';
import { fileMissing, firstCause, formError, malformed, tooLarge, tooManyFiles } from './form-errors.ts';
import { FormFields, listenForFields } from './form-fields.ts';
import { pipeWithIdleTimeout } from './pipe-with-idle-timeout.ts';

/** What became of the file part of a form. Its fields count as held until it is disposed of. */
export interface UploadForm<File> extends Disposable {
  readonly file: File;
}

export interface UploadLimits {
  /** The largest file, in bytes; undefined means no limit. */
  readonly maxFileBytes: number | undefined;
  /** How long the client may send nothing, in milliseconds. */
  readonly idleMs: number;
}

/** What all uploads share. */
export interface UploadConditions {
  readonly limits: UploadLimits;
  readonly budget: FormBudget;
}

/** Takes the one file of a form in while it arrives. */
export interface FileReceiver<File> {
  /** Called as soon as the part's header is known. @throws AppError to refuse the file before a byte of it is read */
  checkName(fileName: string): void;
  /** The text fields that it knows, and how long each may be, in bytes. Others are not kept. */
  readonly fields: Readonly<Record<string, number>>;
  /** Called with the fields before the file, and with all of them at the end. @throws AppError */
  checkFields(fields: Readonly<Record<string, unknown>>): Promise<void>;
  receive(fileName: string, content: Readable): Promise<File>;
  /** Undoes `receive` when the form turns out to be wrong after the file. */
  discard(file: File): Promise<void>;
}

/**
 * Reads a form with exactly one file part, under whatever field name, and hands its bytes on while they arrive.
 *
 * A refusal is thrown at once, while the client may still be sending, and leaves nothing behind.
 * @throws AppError 400, 408, 411, 413, 415, 422 or 503, and whatever `receiver` throws
 */
export async function readUploadForm<File>(
  ctx: Context,
  { limits, budget }: UploadConditions,
  receiver: FileReceiver<File>,
): Promise<UploadForm<File>> {
  const boundary = formBoundary(ctx);
  refuseUnreadable(ctx, limits, receiver);
  const refusal = new AbortController();
  const lease = budget.begin(reason => refusal.abort(reason));
  const fields = new FormFields(receiver.fields, lease);
  const receiving: Promise<File>[] = [];
  try {
    sendContinue(ctx);
    const parsing = { ctx, limits, boundary, receiver, fields, lease, refusal, receiving };
    await Promise.race([rejectionOf(refusal.signal), parse(parsing)]);
    if (!receiving[0]) throw fileMissing();
    await receiver.checkFields(fields.values);
    const file = await receiving[0];
    lease.keep(fields.keptBytes);
    return { file, [Symbol.dispose]: () => lease[Symbol.dispose]() };
  } catch (error) {
    refusal.abort(error);
    const results = await Promise.allSettled(receiving);
    lease[Symbol.dispose]();
    for (const result of results) if (result.status === 'fulfilled') await receiver.discard(result.value);
    throw formError(ctx, firstCause(refusal.signal.reason, results));
  }
}

/** What the boundaries and the few short fields may add to the file's own bytes. */
const FORM_OVERHEAD = 64 * 1024;
const MAX_FIELDS = 8;
/** How much of an upload may wait for the disk, in the parser and again behind it. In bytes. */
const BUFFER_SIZE = 128 * 1024;

function refuseUnreadable(ctx: Context, { maxFileBytes }: UploadLimits, { fields }: FileReceiver<unknown>): void {
  const length = ctx.get('Content-Length');
  if (!length && !ctx.get('Transfer-Encoding'))
    throw new AppError(411, 'LENGTH_REQUIRED', 'The request has no body: send a Content-Length or a chunked body');
  const overhead = Object.values(fields).reduce((sum, bytes) => sum + bytes, FORM_OVERHEAD);
  if (maxFileBytes !== undefined && Number(length) > maxFileBytes + overhead) throw tooLarge(maxFileBytes);
}

interface Parsing<File> {
  ctx: Context;
  limits: UploadLimits;
  boundary: string;
  receiver: FileReceiver<File>;
  fields: FormFields;
  lease: FormLease;
  /** Aborted, with the reason, to stop reading. */
  refusal: AbortController;
  receiving: Promise<File>[];
}

async function parse<File>(parsing: Parsing<File>): Promise<void> {
  const { ctx, limits, receiver } = parsing;
  const form = multer({
    // Part headers are UTF-8, and a path in a file name is refused rather than cut off: nothing is renamed.
    defParamCharset: 'utf8',
    preservePath: true,
    highWaterMark: BUFFER_SIZE,
    fileHwm: BUFFER_SIZE,
    limits: {
      // An input of a form that was left empty comes as a file without a name.
      files: MAX_FIELDS + 1,
      fields: MAX_FIELDS,
      parts: MAX_FIELDS + 1,
      fieldSize: Math.max(...Object.values(receiver.fields)),
      headerPairs: 100,
      ...(limits.maxFileBytes !== undefined && { fileSize: limits.maxFileBytes }),
    },
    storage: receivingStorage(parsing),
    streamHandler: (request, parser) => feedParser(request, parser, parsing),
  } satisfies FormOptions as multer.Options);
  await form.any()(ctx, async () => undefined);
}

/** multer itself would tell of what is wrong only when the whole body has been read, however long that takes. */
function feedParser<File>(request: IncomingMessage, parser: Writable, parsing: Parsing<File>): void {
  const { limits, boundary, fields, lease, refusal } = parsing;
  const refuse = (error: unknown) => refusal.abort(error);
  parser.once('error', refuse);
  for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit'])
    parser.once(limit, () => refuse(malformed(`it has more than ${MAX_FIELDS} fields`)));
  listenForFields(parser, fields, refuse);
  const padding = new BoundaryPadding(boundary);
  pipeWithIdleTimeout({
    request,
    parser,
    idleMs: limits.idleMs,
    prepare(chunk) {
      lease.heard(chunk.length);
      fields.arrive(chunk.length);
      return padding.strip(chunk);
    },
    onWait: isForClient => lease.waits(isForClient),
    stop: refusal,
  });
  lease.waits(true);
}

/** What multer 2.5 knows and @types/koa__multer does not yet. */
interface FormOptions extends Options {
  highWaterMark: number;
  fileHwm: number;
  streamHandler(request: IncomingMessage, parser: Writable): void;
}

/** multer's storage engine: hands the file on while it arrives. */
function receivingStorage<File>({ limits, receiver, fields, refusal, receiving }: Parsing<File>): StorageEngine {
  const receive = async (fileName: string, content: Readable): Promise<void> => {
    if (receiving.length > 0) throw tooManyFiles();
    fields.passFile(content);
    content.once('limit', () => refusal.abort(tooLarge(limits.maxFileBytes)));
    // It may be ended while the fields are still looked at, and no one reads it yet.
    content.on('error', () => undefined);
    const file = receiveChecked(fileName, addAbortSignal(refusal.signal, content));
    receiving.push(file);
    await file;
  };
  const receiveChecked = async (fileName: string, content: Readable) => {
    receiver.checkName(fileName);
    await receiver.checkFields(fields.values);
    return receiver.receive(fileName, content);
  };
  return {
    _handleFile(_request, { fieldname, originalname, stream }, done) {
      // `curl -F manifest=@FILE` sends a field in the form of a file.
      const isField = fields.isKnown(fieldname) && !/\.zip$/i.test(originalname);
      const taken = isField
        ? fields.takeFile(fieldname, addAbortSignal(refusal.signal, stream))
        : receive(originalname, stream);
      taken.then(
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
