import type { Context } from 'koa';
import { AppError } from '../../errors/errors.ts';
import { sendContinue } from '../send-continue.ts';
import type { FileReceiver, UploadLimits } from './file-receiver.ts';
import { formBoundary } from './form-boundary.ts';
import type { FormBudget } from './form-budget.ts';
import { fileMissing, firstCause, formError, tooLarge } from './form-errors.ts';
import { FormFields } from './form-fields.ts';
import { type FormParsing, parseForm } from './parse-form.ts';
import { watchSender } from './watch-sender.ts';

/** A form that was received. What it holds in memory counts as held until it is disposed of. */
interface UploadForm<Upload> extends Disposable {
  readonly upload: Upload;
}

/** What all uploads share. */
interface UploadConditions {
  readonly limits: UploadLimits;
  readonly budget: FormBudget;
  /** Throws when the sender may not go on: it is asked again and again while the form arrives. */
  readonly checkSender?: () => Promise<void>;
  /** Hears how many bytes of the form have arrived; what it throws refuses the form. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Reads a form with exactly one file part, under any field name, and hands its bytes on while they arrive.
 *
 * A refusal is thrown at once, while the client may still be sending, and leaves nothing behind.
 * @throws AppError 400, 408, 411, 413, 415, 422 or 503, and all that `receiver`, `checkSender` and `onBytes` throw
 */
export async function readUploadForm<Upload>(
  ctx: Context,
  { limits, budget, checkSender = async () => undefined, onBytes = () => undefined }: UploadConditions,
  receiver: FileReceiver<Upload>,
): Promise<UploadForm<Upload>> {
  const boundary = formBoundary(ctx);
  refuseUnreadable(ctx, limits, receiver);
  const refusal = new AbortController();
  const lease = budget.begin(reason => refusal.abort(reason));
  using _watch = watchSender(checkSender, error => refusal.abort(error));
  const fields = new FormFields(receiver.fields, lease);
  const parsing: FormParsing<Upload> = {
    ctx,
    limits,
    onBytes,
    boundary,
    receiver,
    fields,
    lease,
    refusal,
    receiving: undefined,
  };
  try {
    sendContinue(ctx);
    await Promise.race([rejectionOf(refusal.signal), parseForm(parsing)]);
    if (!parsing.receiving) throw fileMissing();
    const upload = await receiver.complete(await parsing.receiving, fields.values);
    lease.keep(fields.keptBytes);
    return { upload, [Symbol.dispose]: () => lease[Symbol.dispose]() };
  } catch (error) {
    refusal.abort(error);
    const [result] = await Promise.allSettled([parsing.receiving]);
    lease[Symbol.dispose]();
    if (result.status === 'fulfilled' && result.value) await receiver.discard(result.value);
    throw formError(ctx, firstCause(refusal.signal.reason, result));
  }
}

/** What the boundaries and the few short fields may add to the file's own bytes. */
const FORM_OVERHEAD = 64 * 1024;

function refuseUnreadable(ctx: Context, { maxFileBytes }: UploadLimits, { fields }: FileReceiver<unknown>): void {
  const length = ctx.get('Content-Length');
  if (!length && !ctx.get('Transfer-Encoding'))
    throw new AppError(411, 'LENGTH_REQUIRED', 'The request has no body: send a Content-Length or a chunked body');
  const overhead = Object.values(fields).reduce((sum, bytes) => sum + bytes, FORM_OVERHEAD);
  if (maxFileBytes !== undefined && Number(length) > maxFileBytes + overhead) throw tooLarge(maxFileBytes);
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
