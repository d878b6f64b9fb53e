import type { Context } from 'koa';
import { AppError } from '../../errors/errors.ts';
import { readBody } from '../read-body.ts';
import type { FormBudget } from './form-budget.ts';

interface Limits {
  readonly maxBytes: number;
  readonly maxMs: number;
}

/**
 * Reads a body whole that may be of some hundred kilobytes, within what all uploads together may hold.
 * @throws AppError 503 when there is no room for it, 408 when it gave way to others; those of `readBody`
 */
export async function readInBudget(ctx: Context, budget: FormBudget, limits: Limits): Promise<string> {
  const aborter = new AbortController();
  using lease = budget.begin(() => aborter.abort(gaveWay()));
  const announced = Number(ctx.req.headers['content-length'] ?? limits.maxBytes);
  lease.hold(Math.min(announced, limits.maxBytes));
  lease.waits(true);
  return String(await readBody(ctx, { ...limits, signal: aborter.signal }));
}

function gaveWay(): AppError {
  return new AppError(
    408,
    'REQUEST_TIMEOUT',
    'The body did not arrive for some time, and others waited: send it again',
  );
}
