import ky, { isHTTPError, isNetworkError, isTimeoutError } from 'ky';
import { type InferType, type Schema, ValidationError } from 'yup';
import type { AcceptanceRequest } from '../protocol/acceptance.ts';
import { formatBytes } from '../protocol/format-bytes.ts';
import {
  type BackupReport,
  backupReport,
  type DatabaseHistory,
  type DatabaseList,
  databaseHistory,
  databaseList,
  errorAnswer,
  type ServiceStatus,
  serviceStatus,
} from '../protocol/responses.ts';
import { ExplainedError, messageOf, type SharedCause } from './problems.ts';
import { oddShapeOf, readBounded } from './service/bounded-answer.ts';

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
  /** Such as `DIGEST_MISMATCH`; docs/rest.md lists them. */
  readonly code: string;
  /** How many bytes are left on its disk, where it says so. */
  readonly freeBytes: number | undefined;

  constructor(
    message: string,
    {
      status,
      code,
      freeBytes,
      ...options
    }: ErrorOptions & {
      status: number;
      code: string;
      freeBytes?: number | undefined;
      advice?: string;
      sharedCause?: SharedCause;
    },
  ) {
    super(message, options);
    this.status = status;
    this.code = code;
    this.freeBytes = freeBytes;
  }
}

const ANSWER_MS = 30_000;

/** Another attempt is not put off for longer, whatever the service asks for. */
const RETRY_AFTER_MS = 5000;

/** No redirect is followed: what lies behind it was not named by the administrator, and would be believed. */
const NO_REDIRECT = { redirect: 'manual' } as const;

/** What the commands ask the service. */
export class Service {
  readonly #server: URL;
  readonly #signal: AbortSignal | undefined;
  readonly #answerMs: number;

  /**
   * @param signal ends whatever is asked; its reason is thrown then
   * @param answerMs how long the service may take for an answer that it has at hand, in milliseconds
   */
  constructor(server: URL, signal?: AbortSignal, answerMs = ANSWER_MS) {
    this.#server = server;
    this.#signal = signal;
    this.#answerMs = answerMs;
  }

  /** Response 1. @throws {ExplainedError} */
  async databases(): Promise<DatabaseList['data']> {
    return (await this.#get('', databaseList)).data;
  }

  /** Response 2. @throws {ExplainedError} */
  async history(database: string, page: { limit?: number; before?: number } = {}): Promise<DatabaseHistory['data']> {
    const query = new URLSearchParams(Object.entries(page).map(([name, value]) => [name, String(value)]));
    return (await this.#get(`${encodeURIComponent(database)}${query.size > 0 ? `?${query}` : ''}`, databaseHistory))
      .data;
  }

  /** How the service is. @throws {ExplainedError} */
  async status(): Promise<ServiceStatus['data']> {
    return (await this.#get('-/status', serviceStatus)).data;
  }

  /** All that is known of one backup. @throws {ExplainedError} */
  async report(id: string): Promise<BackupReport['data']> {
    return (await this.#get(`${encodeURIComponent(id)}/manifest`, backupReport)).data;
  }

  /** Accepts what a backup has lost. @throws {ExplainedError} */
  async accept(id: string, request: AcceptanceRequest): Promise<BackupReport['data']> {
    return (
      await this.#ask(`-/backups/${encodeURIComponent(id)}/accept`, backupReport, { method: 'post', json: request })
    ).data;
  }

  /**
   * Asks for a stored zip.
   * @param method HEAD tells its name, size and digest
   * @param headers such as Range; the signal ends the reading of the body, too
   * @throws {ExplainedError}
   */
  async download(
    id: string,
    method: 'head' | 'get',
    { headers = {}, signal }: { headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const url = new URL(`${encodeURIComponent(id)}/download`, this.#server);
    try {
      return await ky(url, {
        ...{ ...NO_REDIRECT, method, headers, signal: this.#until(signal), timeout: this.#answerMs },
        retry: { limit: 3, maxRetryAfter: RETRY_AFTER_MS },
      });
    } catch (error) {
      this.#signal?.throwIfAborted();
      // The answer to HEAD has no body that says why: ask in the way that has one.
      if (method === 'head' && isHTTPError(error)) await (await this.download(id, 'get')).body?.cancel();
      throw explainServiceError(error, this.#server);
    }
  }

  #get<S extends Schema>(path: string, schema: S): Promise<InferType<S>> {
    return this.#ask(path, schema, {});
  }

  async #ask<S extends Schema>(
    path: string,
    schema: S,
    request: { method?: 'post'; json?: unknown },
  ): Promise<InferType<S>> {
    // One clock for the answer's head and its body: ky's stops at the head.
    const clock = new AbortController();
    const timer = setTimeout(() => clock.abort(tooSlow(this.#server, this.#answerMs)), this.#answerMs);
    try {
      const signal = this.#until(clock.signal);
      const retry = { maxRetryAfter: RETRY_AFTER_MS };
      const answer = await ky(new URL(path, this.#server), {
        ...{ ...NO_REDIRECT, ...request, timeout: false, signal, retry },
      });
      return await readAnswer(answer, schema, this.#server);
    } catch (error) {
      this.#signal?.throwIfAborted();
      throw clock.signal.aborted ? clock.signal.reason : explainServiceError(error, this.#server);
    } finally {
      clearTimeout(timer);
    }
  }

  #until(signal: AbortSignal | undefined): AbortSignal | null {
    return this.#signal && signal ? AbortSignal.any([this.#signal, signal]) : (signal ?? this.#signal ?? null);
  }
}

function tooSlow(server: URL, ms: number): ServiceUnreachable {
  return new ServiceUnreachable(`the service at ${server.origin} did not answer within ${ms / 1000} s`, {
    reason: 'timeout',
    advice: 'Look at the service and its log: GET /-/ready tells whether it has its history and its storage.',
  });
}

/** @returns the answer's JSON, if it is what the contract says @throws {ExplainedError} */
export async function readAnswer<S extends Schema>(response: Response, schema: S, server: URL): Promise<InferType<S>> {
  const text = new TextDecoder().decode(await readBounded(response.body, server.origin));
  try {
    const value: unknown = JSON.parse(text);
    const odd = oddShapeOf(value);
    if (odd !== undefined) throw new ValidationError(odd);
    return await schema.validate(value, { strict: true });
  } catch (error) {
    const why = error instanceof ValidationError ? error.errors.join('; ').slice(0, 200) : 'it is no JSON';
    throw new StrangeAnswer(`the answer ${response.status} is not one of Lumbung's service (${why})`, {
      status: response.status,
      cause: error,
      advice: 'Check --server: something else seems to answer there.',
    });
  }
}

/** Turns what ky throws into a sentence for the administrator. */
export function explainServiceError(error: unknown, server: URL): ExplainedError {
  if (error instanceof ExplainedError) return error;
  if (isHTTPError(error)) {
    if (isRedirect(error.response)) return redirected(error.response, server);
    return refusalOf(error.response, error.data, { server, cause: error });
  }
  if (!isNetworkError(error) && !isTimeoutError(error)) return new ExplainedError(messageOf(error), { cause: error });
  return unreachable(server, rootCauseOf(error), error);
}

/** @param reason what the system or the TLS library said */
export function unreachable(server: URL, reason: string, cause?: unknown): ServiceUnreachable {
  return new ServiceUnreachable(`the service at ${server.origin} can't be reached: ${reason}`, {
    ...{ cause, reason, advice: adviceForLine(reason) },
  });
}

function adviceForLine(reason: string): string {
  if (/certificate/i.test(reason)) return OWN_CA;
  if (/SSL routines|wrong version number|InvalidContentType|corrupt message/i.test(reason))
    return 'What answers there speaks no TLS: is it http:// in --server?';
  return 'Check --server and whether the service runs.';
}

const OWN_CA =
  'If the certificate is of a CA of your own, name it in the environment: NODE_EXTRA_CA_CERTS=/path/ca.pem.';

function isRedirect({ status, headers }: Response): boolean {
  return status >= 300 && status < 400 && headers.has('location');
}

/** @returns why the service has to be named by another address */
function redirected({ headers }: Response, server: URL): ExplainedError {
  const location = headers.get('location');
  const to = location !== null && URL.canParse(location, server) ? new URL(location, server) : undefined;
  const where = to ? ` to ${to.origin.slice(0, 200)}` : '';
  return new ExplainedError(
    `the service at ${server.origin} answers with a redirect${where}, which sade does not follow`,
    {
      advice:
        'If the service has moved there, give --server its new address, such as https:// instead of http://. If not, check what answers.',
      sharedCause: { where: server.origin, why: `answers with a redirect${where}` },
    },
  );
}

/** The service names no more than a dozen fields, and says a sentence or two. */
const [MOST_FIELDS, LONGEST_SAYING] = [100, 1000];

function refusalOf(
  { status }: Response,
  body: unknown,
  { server, cause }: { server: URL; cause: unknown },
): ExplainedError {
  const where = server.origin;
  if (oddShapeOf(body, MOST_FIELDS) !== undefined || !errorAnswer.isValidSync(body))
    return new StrangeAnswer(`the service answered ${status}, and not as Lumbung's does`, {
      status,
      cause,
      advice: 'Check --server, and the limits of a proxy in between (docs/operations.md).',
      ...(status === 413 && { sharedCause: { where, why: 'has a proxy that takes no zips of this size (413)' } }),
    });
  const { message, code, errors = [], free_bytes: freeBytes } = errorAnswer.cast(body);
  const details = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  const left = freeBytes === undefined ? '' : ` (${formatBytes(freeBytes)} free)`;
  const said = `${message}${details ? ` (${details})` : ''}`.slice(0, LONGEST_SAYING);
  const advice = ADVICE[code] ?? "Look into the service's log.";
  return new ServiceRefusal(`the service answered ${status} ${code.slice(0, 64)}: ${said}${left}`, {
    ...{ status, code, freeBytes, cause, advice },
    ...(code in LIMITS && { sharedCause: { where, why: LIMITS[code]! } }),
  });
}

/** What other databases meet too, though not all: it is said once. */
const LIMITS: Readonly<Record<string, string>> = {
  FILE_TOO_LARGE: 'takes no zips of this size (MAX_UPLOAD_BYTES)',
  DUMP_TOO_LARGE: 'takes no dumps of this size (MAX_DUMP_BYTES, MAX_DUMP_RATIO)',
};

const BAD_FILE =
  'sade history DATABASE shows the other backups; docs/operations.md tells how the file is put back from a copy.';

/** What to do about the refusals that an administrator meets. */
const ADVICE: Readonly<Record<string, string>> = {
  DATABASE_NOT_FOUND: 'sade list shows the databases that there are.',
  NO_LOSS: 'sade show tells what is known of a backup; there is nothing to be done.',
  NOT_COMPLETE: 'Fix what its findings name (sade show), and run sade backup.',
  NEWER_LOSS: 'sade show tells what that one has lost, and sade history DATABASE which others have lost something.',
  ROUTE_NOT_FOUND: 'Update the service to the version of this program.',
  BACKUP_NOT_FOUND: 'sade list shows the latest backup of each database, and sade history DATABASE all of one.',
  DIGEST_MISMATCH:
    'What arrives is not what is sent: look for a proxy between the two, and at the memory of both machines.',
  STORED_FILE_DAMAGED: BAD_FILE,
  STORED_FILE_MISSING: BAD_FILE,
  UNKNOWN_HOST:
    'Add the name in --server to PUBLIC_HOSTS of the service, and start the service again (docs/operations.md).',
  NAME_TAKEN:
    'Another file of that name is stored, and stays as it is. Two machines that share one work folder, or a copy of one, may be the reason.',
  FILE_TOO_LARGE: 'Raise MAX_UPLOAD_BYTES of the service, or leave something out with dump_options.',
  DUMP_TOO_LARGE: 'Raise MAX_DUMP_BYTES or MAX_DUMP_RATIO of the service, or leave something out with dump_options.',
  INVALID_MANIFEST: 'Service and sade must be of the same version: upgrade the service first.',
  STORAGE_FULL: 'Make room on the disk of the service; the next run delivers what waits.',
};

/** fetch says no more than "fetch failed"; why stands in the cause, or in the cause's causes. */
function rootCauseOf(error: unknown): string {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  if (deepest instanceof AggregateError && deepest.errors.length > 0) deepest = deepest.errors[0];
  return messageOf(deepest).split('\n', 1)[0]!;
}
