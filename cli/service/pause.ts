import { isHTTPError } from 'ky';
import type { ServiceAccess } from '../access/service-access.ts';
import { log } from '../log.ts';
import { formatSeconds } from '../terminal/format.ts';

/** Answers by which the service puts a request off: it has done nothing, and may say for how long. */
export const PUT_OFF: ReadonlySet<number> = new Set([429, 503]);

/** For how long the service asks to be left alone. */
export interface Pause {
  readonly status: number;
  readonly ms: number;
}

/** @returns undefined for an error that asks for no pause */
export function pauseOf(error: unknown): Pause | undefined {
  if (!isHTTPError(error) || !PUT_OFF.has(error.response.status)) return undefined;
  const ms = retryAfterOf(error.response.headers);
  return ms === undefined ? undefined : { status: error.response.status, ms };
}

/** Says that a request is tried again after a pause, and why. */
export function tellPause({ status, ms }: Pause, { onPause }: Pick<ServiceAccess, 'onPause'>): void {
  log.info('the service asks to wait', { status, ms });
  onPause?.(`the service answers ${status}: trying again in ${formatSeconds(ms / 1000)}, as it asks`);
}

/**
 * Reads for how long the service asks to be left alone.
 * @returns milliseconds, from `Retry-After` as seconds or as a date (RFC 9110, section 10.2.3); undefined where it does not say
 */
export function retryAfterOf(headers: Headers, now = Date.now()): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const at = /^[A-Z][a-z]+,? /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
