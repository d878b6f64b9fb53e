/** What validation says of one field of a request. */
interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** An error that the caller is meant to see: its status, a code for programs, and a message that says what to do. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];

  constructor(status: number, code: string, message: string, errors: readonly FieldError[] = [], cause?: unknown) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** The disk of the storage is full, or what the service may use of it. */
export class StorageFull extends AppError {}

/** What is over after a while: the answer has `Retry-After`. */
export class RetryLater extends AppError {
  readonly retryAfterSeconds: number;

  constructor(status: 429 | 503, code: string, message: string, retryAfterSeconds: number) {
    super(status, code, message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** No token, or one that is refused. */
export class Unauthenticated extends AppError {
  /** Whether a token was shown, and refused. */
  readonly isInvalid: boolean;

  constructor(message: string, isInvalid: boolean) {
    super(401, 'UNAUTHENTICATED', message);
    this.isInvalid = isInvalid;
  }

  /** The header WWW-Authenticate (RFC 6750, section 3). */
  get challenge(): string {
    return `Bearer realm="lumbung"${this.isInvalid ? ', error="invalid_token"' : ''}`;
  }
}

/** @returns the 404 for a database, a backup or a route that is not there */
export function notFound(code: string, message: string): AppError {
  return new AppError(404, code, message);
}

/** @returns the 422 that names each field which validation refused */
export function validationError(errors: readonly FieldError[], code = 'VALIDATION_FAILED'): AppError {
  return new AppError(422, code, errors.map(({ field, message }) => `${field} ${message}`).join('; '), errors);
}
