import { ExplainedError, type SharedCause } from '../errors.ts';

/** The service could not be reached, or ended the connection without an answer. */
export class ServiceUnreachable extends ExplainedError {
  /** What the system or the TLS library said of it. */
  readonly reason: string;

  constructor(message: string, { reason, ...options }: ErrorOptions & { reason: string; advice?: string }) {
    super(message, options);
    this.reason = reason;
  }
}

/** Something answered that is not Lumbung's service, or not as it does. */
export class StrangeAnswer extends ExplainedError {
  readonly status: number;

  constructor(
    message: string,
    { status, ...options }: ErrorOptions & { status: number; advice?: string; sharedCause?: SharedCause },
  ) {
    super(message, options);
    this.status = status;
  }
}

/** The service answered that it does not take what it was sent, or has not what it was asked for. */
export class ServiceRefusal extends ExplainedError {
  readonly status: number;
  /** Such as `DIGEST_MISMATCH`; docs/reference/rest.md lists them. */
  readonly code: string;
  /** How many bytes are left on its disk, where it says so. */
  readonly freeBytes: number | undefined;
  /** For how long it asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    {
      status,
      code,
      freeBytes,
      retryAfterMs,
      ...options
    }: ErrorOptions & {
      status: number;
      code: string;
      freeBytes?: number | undefined;
      retryAfterMs?: number | undefined;
      advice?: string | undefined;
      sharedCause?: SharedCause;
    },
  ) {
    super(message, options);
    this.status = status;
    this.code = code;
    this.freeBytes = freeBytes;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Tells whether the service refuses the token itself: what it is sent next is refused, too. */
export function isTokenRefused(error: unknown): boolean {
  return error instanceof ServiceRefusal && (error.code === 'UNAUTHENTICATED' || error.code === 'FORBIDDEN');
}

/** The same, or the token is not for this database, or has stored enough for a day. */
export function isAboutToken(error: unknown): boolean {
  return isTokenRefused(error) || (error instanceof ServiceRefusal && OF_THIS_TOKEN.has(error.code));
}

const OF_THIS_TOKEN: ReadonlySet<string> = new Set(['OUT_OF_SCOPE', 'TOO_MANY_BYTES']);
