import { formatBytes } from '../../protocol/format-bytes.ts';
import { ExplainedError, type SharedCause } from '../errors.ts';
import { isAboutToken, ServiceRefusal, ServiceUnreachable, StrangeAnswer } from './service-errors.ts';

/** The service can't take any zip, or none of this size: what a failed upload has shown of it. */
export interface Outage {
  /** Why the upload failed that has shown it, with what to do. */
  readonly error: ExplainedError;
  readonly cause: SharedCause;
  /** The status of the answer; undefined when no answer came. */
  readonly status: number | undefined;
  /** Only where its disk is full: how many bytes are left, undefined when it does not say. */
  readonly full?: { readonly freeBytes: number | undefined };
}

/**
 * Tells whether a failed upload concerns the service, and so every zip, or this one zip only.
 * @param error what `upload` has thrown
 * @returns undefined for a fault of this zip
 */
export function outageBehind(error: unknown, server: URL): Outage | undefined {
  if (!(error instanceof ExplainedError)) return undefined;
  const at = (why: string, status?: number) => ({ error, status, cause: { where: server.origin, why } });
  if (error instanceof ServiceUnreachable) return at(whyUnreachable(error.reason));
  // The service is well; another database may have another token.
  if (isAboutToken(error)) return undefined;
  if (error instanceof ServiceRefusal) {
    const { status, code, freeBytes } = error;
    if (status === 507) return { ...at(whyFull(freeBytes), status), full: { freeBytes } };
    const why = UNAVAILABLE[code] ?? (OF_ALL.has(status) ? `answers ${status} ${code}` : undefined);
    return why === undefined ? undefined : at(why, status);
  }
  // Smaller zips pass a proxy that refuses a large one.
  if (error instanceof StrangeAnswer && error.status === 413) return undefined;
  if (error instanceof StrangeAnswer) return at(`answers ${error.status}, but not as Lumbung does`, error.status);
  // Such as a redirect.
  return error.sharedCause && { error, status: undefined, cause: error.sharedCause };
}

/** @returns the outage with what is known by now of the space that is left */
export function withFreeBytes(outage: Outage, freeBytes: number): Outage {
  const { where } = outage.cause;
  return { ...outage, cause: { where, why: whyFull(freeBytes) }, full: { freeBytes } };
}

function whyFull(freeBytes: number | undefined): string {
  return `has no space left${freeBytes === undefined ? '' : ` (${formatBytes(freeBytes)} free)`}`;
}

/** Statuses that are no matter of one zip. */
const OF_ALL = new Set([401, 403, 404, 405, 407, 421, 429, 502, 503, 504]);

const UNAVAILABLE: Readonly<Record<string, string>> = {
  STORAGE_UNAVAILABLE: "can't use its storage",
  HISTORY_UNAVAILABLE: "can't reach its history",
  TOO_MANY_UPLOADS: 'accepts no more uploads at the moment',
  TOO_MANY_REQUESTS: 'accepts no more requests at the moment',
  TOO_MANY_CONNECTIONS: 'accepts no more connections at the moment',
  UNKNOWN_HOST: 'does not answer to this name (PUBLIC_HOSTS)',
};

/** @param reason what the system or the TLS library said */
function whyUnreachable(reason: string): string {
  if (/ECONNREFUSED/.test(reason)) return 'refuses connections';
  if (/ENOTFOUND|EAI_AGAIN/.test(reason)) return "can't be found (unknown host name)";
  if (/EHOSTUNREACH|ENETUNREACH/.test(reason)) return "can't be reached (no route to the host)";
  if (/certificate|altnames|self.signed/i.test(reason)) return `shows a certificate that can't be verified (${reason})`;
  if (/SSL routines|wrong version number|InvalidContentType|corrupt message/i.test(reason)) return 'does not speak TLS';
  if (/ETIMEDOUT|timeout|timed out|for \d+ s/i.test(reason)) return 'does not answer';
  if (/did not end within/.test(reason)) return 'does not end its answer';
  if (/ECONNRESET|EPIPE|socket hang up|closed without|cut off/i.test(reason)) return 'drops connections';
  return `can't be reached (${reason})`;
}
