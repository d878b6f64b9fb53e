import type { Context } from 'koa';
import { formatBytes } from '../../../protocol/format-bytes.ts';
import { AppError, validationError } from '../../errors/errors.ts';

/** A receiver that fails ends the file's stream, whose end may be reported before the failure itself. */
export function firstCause(reason: unknown, receiving: PromiseSettledResult<unknown>): unknown {
  const wasEnded = reason instanceof Error && reason.name === 'AbortError';
  return wasEnded && receiving.status === 'rejected' ? receiving.reason : reason;
}

/** Turns what multer and its parser throw into what the client can act on. */
export function formError(ctx: Context, error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (ctx.req.destroyed && !ctx.req.complete)
    return new AppError(499, 'UPLOAD_ABORTED', 'The client closed the connection during the upload', [], error);
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  return name === 'MulterError' || PARSER_ERROR.test(message) ? malformed(message, error) : error;
}

/** What busboy calls its errors, which have neither a class nor a code. */
const PARSER_ERROR = /^(Multipart: Boundary not found|Malformed|Unexpected end of|Unsupported content type)/;

export function malformed(reason: string | undefined, cause?: unknown): AppError {
  return new AppError(400, 'MALFORMED_FORM', `The multipart body cannot be read: ${reason}`, [], cause);
}

export function fileMissing(): AppError {
  const message = 'is missing: send the zip as one part with a file name';
  return validationError([{ field: 'file', message }], 'FILE_MISSING');
}

export function tooManyFiles(): AppError {
  return validationError([{ field: 'file', message: 'must be the only file of the form' }], 'TOO_MANY_FILES');
}

export function tooLarge(maxFileBytes: number | undefined): AppError {
  return new AppError(
    413,
    'FILE_TOO_LARGE',
    `The file is larger than ${formatBytes(maxFileBytes ?? 0)}, which is the limit of the service (MAX_UPLOAD_BYTES)`,
  );
}
