import type { Context } from 'koa';
import { AppError, validationError } from '../errors/errors.ts';
import { readBody } from './read-body.ts';

/**
 * Reads a small body that must be a JSON object and say so: what changes something takes nothing that a form of another site
 * could send.
 * @throws AppError 415 when it is not called JSON, 422 naming `body` when it is no object of it; those of `readBody`
 */
export async function readJsonBody(ctx: Context, limits: { maxBytes: number; maxMs: number }): Promise<object> {
  if (ctx.request.type.toLowerCase() !== 'application/json')
    throw new AppError(415, 'NOT_JSON', 'Send a JSON object, with Content-Type: application/json');
  const value = parsed(String(await readBody(ctx, limits)));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw validationError([{ field: 'body', message: 'must be a JSON object' }]);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
