import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import type { ErrorAnswer } from '../../protocol/responses.ts';
import { AppError, RetryLater, StorageFull, Unauthenticated } from '../errors/errors.ts';
import { toExpectedError } from '../errors/expected-error.ts';
import type { Storage } from '../storage/storage.ts';

interface Parts {
  readonly log: Logger;
  readonly storage: Pick<Storage, 'space'>;
  /** Is called with each error that is answered. */
  readonly onAnswered?: (ctx: Context, error: AppError) => void;
  /** Answers a browser by a page, in place of JSON. @returns whether it has */
  readonly sendPage?: (ctx: Context, error: AppError) => Promise<boolean>;
}

/** Renders every error that is thrown further in, once, as JSON or as a page; unexpected errors go to the log with their stack. */
export function errorHandler({ log, storage, onAnswered, sendPage }: Parts): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const shown = toExpectedError(error) ?? httpError(error) ?? unexpected(ctx.state.requestId);
      if (shown.status >= 500) log.error({ err: error, request_id: ctx.state.requestId }, shown.message);
      ctx.state.code = shown.code;
      if (shown instanceof RetryLater) ctx.set('Retry-After', String(shown.retryAfterSeconds));
      if (shown instanceof Unauthenticated) ctx.set('WWW-Authenticate', shown.challenge);
      ctx.status = shown.status;
      if (!(await sendPage?.(ctx, shown))) await sendJson(ctx, shown, storage);
      onAnswered?.(ctx, shown);
    }
  };
}

async function sendJson(ctx: Context, shown: AppError, storage: Pick<Storage, 'space'>): Promise<void> {
  const { message, code, errors } = shown;
  const left = shown instanceof StorageFull ? await freeBytes(storage) : {};
  ctx.body = { message, code, errors: [...errors], ...left } satisfies ErrorAnswer;
}

/** By it a client knows which of its files may still fit. */
async function freeBytes(storage: Pick<Storage, 'space'>): Promise<{ free_bytes?: number }> {
  try {
    return { free_bytes: (await storage.space()).free };
  } catch {
    return {};
  }
}

/** Koa and its packages throw errors with a status; those below 500 are the client's to see. */
function httpError(error: unknown): AppError | undefined {
  const isShown = error instanceof Error && 'status' in error && 'expose' in error && error.expose === true;
  return isShown && typeof error.status === 'number'
    ? new AppError(error.status, 'BAD_REQUEST', error.message)
    : undefined;
}

function unexpected(requestId: string): AppError {
  return new AppError(
    500,
    'INTERNAL_ERROR',
    `The service failed with an internal error. Its log shows the cause under the request id ${requestId}`,
  );
}
