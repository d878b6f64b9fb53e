import { isHTTPError, isNetworkError, isTimeoutError } from 'ky';
import { formatBytes } from '../../protocol/format-bytes.ts';
import { errorAnswer } from '../../protocol/responses.ts';
import type { ServiceAccess } from '../access/service-access.ts';
import { ExplainedError, messageOf } from '../errors.ts';
import { redactor } from '../secrets/redactor.ts';
import { formatSeconds } from '../terminal/format.ts';
import { oddShapeOf } from './bounded-answer.ts';
import { explainTokenRefusal } from './explain-token-refusal.ts';
import { retryAfterOf } from './pause.ts';
import { ServiceRefusal, ServiceUnreachable, StrangeAnswer } from './service-errors.ts';

/**
 * Turns what ky throws into a sentence for the administrator.
 * @param database that the request was about, where it was about one
 */
export function explainServiceError(error: unknown, access: ServiceAccess, database?: string): ExplainedError {
  const { server } = access;
  if (error instanceof ExplainedError) return error;
  if (isHTTPError(error)) {
    if (isRedirect(error.response)) return redirected(error.response, server);
    return refusalOf(error.response, error.data, { access, database, cause: error });
  }
  if (!isNetworkError(error) && !isTimeoutError(error)) return new ExplainedError(messageOf(error), { cause: error });
  return unreachable(server, rootCauseOf(error), error);
}

/** @param reason what the system or the TLS library said */
export function unreachable(server: URL, reason: string, cause?: unknown): ServiceUnreachable {
  if (NOT_HTTP.test(reason))
    return new ServiceUnreachable(`what answers at ${server.origin} is not Lumbung's service: it does not speak HTTP`, {
      ...{ cause, reason, advice: 'Check the port in --server or SADE_SERVER.' },
    });
  return new ServiceUnreachable(`the service at ${server.origin} can't be reached: ${reason}`, {
    ...{ cause, reason, advice: adviceForLine(reason) },
  });
}

/** As undici says it, and hyper under Deno. */
const NOT_HTTP = /does not match the HTTP\/1\.1 protocol|Expected HTTP\/|invalid HTTP version parsed|HPE_INVALID/i;

function adviceForLine(reason: string): string {
  if (/certificate/i.test(reason)) return OWN_CA;
  if (/SSL routines|wrong version number|InvalidContentType|corrupt message/i.test(reason))
    return 'What answers there does not speak TLS. Check whether --server must begin with http://.';
  if (/^no answer came|did not end within/.test(reason))
    return 'The service received the zip, but did not answer as expected. Check its log and its disk, and any proxy in between.';
  return 'Check its address (SADE_SERVER or --server; https:// where it has TLS), and whether it runs on its machine: systemctl status lumbung, or npm start.';
}

const OWN_CA =
  "If the certificate is of a CA of your own, name the CA's certificate: --ca-file /path/ca.pem (SADE_CA_FILE).";

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

interface Asked {
  readonly access: ServiceAccess;
  readonly database: string | undefined;
  readonly cause: unknown;
}

function refusalOf({ status, headers }: Response, body: unknown, asked: Asked): ExplainedError {
  const { access, cause } = asked;
  const where = access.server.origin;
  if (oddShapeOf(body, MOST_FIELDS) !== undefined || !errorAnswer.isValidSync(body))
    return new StrangeAnswer(`the service answered ${status}, but not as Lumbung does`, {
      status,
      cause,
      advice: 'Check --server, and the limits of a proxy in between (docs/how-to/run-behind-nginx.md).',
      ...(status === 413 && { sharedCause: { where, why: 'has a proxy that rejects zips of this size (413)' } }),
    });
  const { message, code, errors = [], free_bytes: freeBytes } = errorAnswer.cast(body);
  const details = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  const left = freeBytes === undefined ? '' : ` (${formatBytes(freeBytes)} free)`;
  // What answers there may repeat what it was sent.
  const said = redactor([]).text(`${message}${details ? ` (${details})` : ''}`.slice(0, LONGEST_SAYING));
  const refused = explainTokenRefusal({ ...asked, status, code, said });
  if (refused) return refused;
  const retryAfterMs = retryAfterOf(headers);
  const pause = retryAfterMs === undefined ? '' : `; it asks to wait ${formatSeconds(retryAfterMs / 1000)}`;
  const advice = ADVICE[code] ?? "Check the service's log.";
  return new ServiceRefusal(`the service answered ${status} ${code.slice(0, 64)}: ${said}${left}${pause}`, {
    ...{ status, code, freeBytes, retryAfterMs, cause, advice },
    ...(code in LIMITS && { sharedCause: { where, why: LIMITS[code]! } }),
  });
}

/** What other databases meet too, though not all: it is said once. */
const LIMITS: Readonly<Record<string, string>> = {
  FILE_TOO_LARGE: 'rejects zips of this size (MAX_UPLOAD_BYTES)',
  DUMP_TOO_LARGE: 'rejects dumps of this size (MAX_DUMP_BYTES, MAX_DUMP_RATIO)',
  TOO_MANY_BYTES: 'stores no more of this token today (MAX_BYTES_PER_DAY_PER_TOKEN)',
};

const BAD_FILE =
  'sade history DATABASE shows the other backups; docs/how-to/scrub-stored-files.md shows how to put the file back from a copy.';

/** What to do about the refusals that an administrator meets. */
const ADVICE: Readonly<Record<string, string>> = {
  DATABASE_NOT_FOUND: 'sade list shows all databases.',
  NO_LOSS: 'sade show shows what is known of a backup. No action is needed.',
  NOT_COMPLETE: 'Fix what its findings name (sade show), and run sade backup.',
  NEWER_LOSS: 'sade show shows what that one has lost, and sade history DATABASE which others have lost something.',
  ROUTE_NOT_FOUND: 'Update the service to the version of this program.',
  BACKUP_NOT_FOUND: 'sade list shows the latest backup of each database, and sade history DATABASE all of one.',
  DIGEST_MISMATCH:
    'The service received other bytes than sade sent. Check for a proxy in between, and the memory of both machines.',
  STORED_FILE_DAMAGED: BAD_FILE,
  STORED_FILE_MISSING: BAD_FILE,
  UNKNOWN_HOST:
    'Add the name in --server to PUBLIC_HOSTS of the service, and start the service again (docs/how-to/run-behind-nginx.md).',
  NAME_TAKEN:
    'The service has another file of that name, and keeps that one. Check whether two machines share one work folder, or a copy of it.',
  BACKUP_REMOVED: 'sade history DATABASE shows which backups are there: choose another one.',
  FILE_TOO_LARGE: 'Raise MAX_UPLOAD_BYTES of the service, or leave something out with dump_options.',
  DUMP_TOO_LARGE: 'Raise MAX_DUMP_BYTES or MAX_DUMP_RATIO of the service, or leave something out with dump_options.',
  INVALID_MANIFEST: 'The service and sade must have the same version: upgrade the service first.',
  AUDIT_UNAVAILABLE:
    "Check the service's log and its history: /-/ready shows when it can store entries again, and then try again (docs/how-to/see-who-did-what.md).",
  TOKEN_NEEDED_BEHIND_PROXY:
    'Make a token on the machine of the service (sudo lumbung token create), and name the file that holds it: --token-file FILE, or SADE_TOKEN_FILE.',
  TOO_MANY_REQUESTS:
    'Wait, and try again. If it happens often, check what else uses this token or comes from this address.',
  TOO_MANY_BYTES:
    'If each night stores as much, raise MAX_BYTES_PER_DAY_PER_TOKEN of the service. If not, check who else has this token (docs/how-to/when-a-token-is-stolen-or-expired.md).',
  STORAGE_FULL: 'Make room on the disk of the service; the next run delivers these zips.',
};

/** fetch says no more than "fetch failed"; why stands in the cause, or in the cause's causes. */
export function rootCauseOf(error: unknown): string {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  if (deepest instanceof AggregateError && deepest.errors.length > 0) deepest = deepest.errors[0];
  return messageOf(deepest).split('\n', 1)[0]!;
}
