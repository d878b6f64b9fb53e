import type { IncomingMessage } from 'node:http';
import { addAbortSignal, type Readable, type Writable } from 'node:stream';
import multer from '@koa/multer';
import type { Context } from 'koa';
import type { Options, StorageEngine } from 'multer';
import { BoundaryPadding } from './boundary-padding.ts';
import type { FileReceiver, UploadLimits } from './file-receiver.ts';
import type { FormLease } from './form-budget.ts';
import { malformed, tooLarge, tooManyFiles } from './form-errors.ts';
import { type FormFields, listenForFields } from './form-fields.ts';
import { pipeWithIdleTimeout } from './pipe-with-idle-timeout.ts';

export interface FormParsing<Upload> {
  readonly ctx: Context;
  readonly limits: UploadLimits;
  /** Hears how many bytes have arrived; what it throws refuses the form. */
  readonly onBytes: (bytes: number) => void;
  readonly boundary: string;
  readonly receiver: FileReceiver<Upload>;
  /** Collects the text fields. */
  readonly fields: FormFields;
  readonly lease: FormLease;
  /** Aborted, with the reason, to stop reading. */
  readonly refusal: AbortController;
  /** Set when the file's part begins. */
  receiving: Promise<Upload> | undefined;
}

const MAX_FIELDS = 8;
/** How much of an upload may wait for the disk, in the parser and again behind it. In bytes. */
const BUFFER_SIZE = 128 * 1024;

/**
 * Lets multer parse the body of a request to its end.
 * @throws what multer and its parser throw, and what the receiver does; a refusal may come before, by `refusal`
 */
export async function parseForm<Upload>(parsing: FormParsing<Upload>): Promise<void> {
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

/** multer itself would report an error only when the whole body has been read, however long that takes. */
function feedParser<Upload>(request: IncomingMessage, parser: Writable, parsing: FormParsing<Upload>): void {
  const { limits, onBytes, boundary, fields, lease, refusal } = parsing;
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
      onBytes(chunk.length);
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
function receivingStorage<Upload>(parsing: FormParsing<Upload>): StorageEngine {
  const { limits, receiver, fields, refusal } = parsing;
  const receive = async (fileName: string, stream: Readable): Promise<void> => {
    if (parsing.receiving) throw tooManyFiles();
    fields.passFile(stream);
    stream.once('limit', () => refusal.abort(tooLarge(limits.maxFileBytes)));
    // It may be ended while the fields are still looked at, and no one reads it yet.
    stream.on('error', () => undefined);
    const content = addAbortSignal(refusal.signal, stream);
    parsing.receiving = receiver.receive({ fileName, fields: fields.values, content });
    await parsing.receiving;
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
    // What was received is discarded by `readUploadForm`, once all of it has ended.
    _removeFile: (_request, _file, done) => done(null),
  };
}
