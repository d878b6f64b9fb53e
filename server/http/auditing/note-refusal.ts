import type { Context } from 'koa';
import type { Audit } from '../../audit/audit.ts';
import type { AuditAction } from '../../audit/entry.ts';
import { requestedDeed, type WantedDeed } from '../../audit/requested-deed.ts';
import { isEverything } from '../../auth/scope.ts';
import type { AppError } from '../../errors/errors.ts';
import { pathOf } from '../request-log.ts';
import { actorOf } from './actor.ts';

/**
 * Counts an error that was answered, if it is a refusal, or if it kept something from being received.
 * @param deed what was wanted, where the address does not show it
 */
export function noteRefusal(
  audit: Audit,
  ctx: Context,
  { status, code }: AppError,
  deed: WantedDeed = requestedDeed(ctx.method, pathOf(ctx)),
): void {
  const isHidden = status === 404 && hasScope(ctx);
  if (!REFUSALS.has(status) && !RECEIVED.has(deed.action) && !isHidden) return;
  // A client that went away or fell silent was not refused.
  const isFailure = status >= 500 || status === 408 || status === 499;
  audit.refused({ actor: actorOf(ctx), ...deed, code, result: isFailure ? 'failed' : 'refused' });
}

/** What is out of scope is answered as what is not there. So of a token with a scope each 404 counts. */
function hasScope({ state }: Context): boolean {
  const { principal } = state as Partial<Context['state']>;
  return principal !== undefined && !isEverything(principal.scope);
}

const REFUSALS = new Set([401, 403, 421, 429]);

/** Of these each error counts. */
const RECEIVED = new Set<AuditAction>(['upload', 'drill_report', 'restore_report', 'run_report']);
