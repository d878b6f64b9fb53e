import ky, { isHTTPError } from 'ky';
import { formatReprDigest, parseReprDigest } from '../../protocol/digest.ts';
import type { Manifest } from '../../protocol/manifest.ts';
import { type UploadReceipt, uploadReceipt } from '../../protocol/responses.ts';
import { ExplainedError, messageOf } from '../problems.ts';
import { explainServiceError, readAnswer } from '../service.ts';
import { fileDigest } from './file-digest.ts';
import { type FileForm, fileForm } from './multipart.ts';

export interface UploadRequest {
  readonly database: string;
  readonly path: string;
  readonly fileName: string;
  /** Bytes of the zip. */
  readonly size: number;
  readonly sha256: Buffer;
  /** What the backup says of itself; without it the service can't vouch for it. */
  readonly manifest?: Manifest;
}

export interface UploadOptions {
  readonly server: URL;
  /** How often it is tried again after the first time. */
  readonly retries: number;
  readonly signal: AbortSignal;
  /** Learns how many bytes of the zip have gone, from zero again at each attempt. */
  readonly onBytes?: (sent: number) => void;
}

/** A connection over which nothing moves for so long is given up, and the upload tried again. */
const STALLED_MS = 120_000;

const RETRIED_STATUS = [408, 429, 500, 502, 503, 504, 507];

/** What was sent is not what arrived: a fault of the line, or of the file. */
const MISMATCH = 'DIGEST_MISMATCH';

/**
 * Uploads one zip, and again with growing pauses where that may help. It counts as delivered only when the service has
 * answered with the record of just this file, and the SHA-256 of what it stored is ours.
 * @returns the record that the service made
 * @throws {ExplainedError} saying what the service answered, or {@link ServiceUnreachable}; the signal's reason when aborted
 */
export async function upload(request: UploadRequest, options: UploadOptions): Promise<UploadReceipt['data']> {
  try {
    const { data: receipt } = await readAnswer(await post(request, options), uploadReceipt);
    checkReceipt(request, receipt);
    return receipt;
  } catch (error) {
    options.signal.throwIfAborted();
    throw explainServiceError(error, options.server);
  }
}

function checkReceipt(request: UploadRequest, stored: UploadReceipt['data']): void {
  const { database, fileName, size, sha256, manifest } = request;
  const digest = parseReprDigest(stored.repr_digest);
  const isNamed = stored.database_name === database && stored.file_name === fileName;
  const isDump = !manifest || stored.dump_sha256 === null || stored.dump_sha256 === manifest.dump.sha256;
  if (isNamed && stored.size === size && digest?.equals(sha256) && isDump) {
    checkVerdict(stored, manifest);
    return;
  }
  throw new ExplainedError(
    `the service says that it stored ${stored.size} bytes of ${stored.file_name} with ${stored.repr_digest}; ` +
      `sent were ${size} bytes of ${fileName} with the SHA-256 ${sha256.toString('hex')}`,
    {
      advice: 'What is stored is not what was sent: look for a proxy between the two, and at the disk of the service.',
    },
  );
}

/** Whatever the service makes of a backup, it must not think better of it than we do. */
function checkVerdict({ state, findings }: UploadReceipt['data'], manifest: Manifest | undefined): void {
  const isBetter = state === 'complete' && manifest?.state !== 'complete';
  const lost = manifest?.findings.find(({ code }) => !findings.some(found => found.code === code));
  if (!isBetter && !lost) return;
  throw new ExplainedError(
    `the service takes the backup for ${state}, and has lost that it was found to be ${manifest?.state ?? 'unverified'}` +
      `${lost ? ` (${lost.code})` : ''}`,
    { advice: 'Service and sade must be of the same version: upgrade the service first.' },
  );
}

function post(request: UploadRequest, { server, retries, signal, onBytes }: UploadOptions): Promise<Response> {
  const { path, fileName, size, sha256, manifest } = request;
  const form = fileForm(path, { fileName, size, fields: manifest ? { manifest: JSON.stringify(manifest) } : {} });
  return ky.post(new URL(encodeURIComponent(request.database), server), {
    headers: {
      'content-type': form.contentType,
      'content-length': String(form.contentLength),
      'repr-digest': formatReprDigest(sha256),
    },
    timeout: false,
    signal,
    retry: {
      limit: retries,
      methods: ['post'],
      statusCodes: RETRIED_STATUS,
      delay: attempt => 1000 * 2 ** (attempt - 1),
      backoffLimit: 60_000,
      maxRetryAfter: 60_000,
      jitter: delay => delay * (0.75 + Math.random() / 4),
      shouldRetry: async ({ error }) => {
        if (error instanceof Stalled || error instanceof AnswerCutOff) return true;
        if (!isHTTPError(error) || error.response.status !== 422) return undefined;
        const { code } = (error.data ?? {}) as { code?: unknown };
        return code === MISMATCH && (await fileDigest(path, signal)).equals(sha256);
      },
    },
    // A body that is given to ky or to a Request stays in memory, for redirects and retries. So none is given: each
    // attempt gets a fresh stream here.
    fetch: input => sendOnce(input as Request, form, onBytes),
  });
}

/**
 * `redirect: 'error'` keeps Node's fetch from cloning the request for a second sending, and so from keeping all of its
 * body in memory; in undici's source `window: null` is the other half of that condition.
 */
async function sendOnce(request: Request, form: FileForm, onBytes: UploadOptions['onBytes']): Promise<Response> {
  using stall = new StallWatch(form.fileSize);
  let unreadable: unknown;
  const onSent = (sent: number) => {
    stall.moved(sent);
    onBytes?.(sent);
  };
  const onReadError = (error: unknown) => {
    unreadable = error;
  };
  const init = {
    method: 'POST',
    headers: request.headers,
    body: form.body(onSent, onReadError),
    duplex: 'half',
    redirect: 'error',
    window: null,
    signal: AbortSignal.any([request.signal, stall.signal]),
  } as const;
  try {
    return await readWhole(await fetch(request.url, init as RequestInit));
  } catch (error) {
    throw unreadable ?? redirected(error) ?? error;
  }
}

/** Read here, where a connection that breaks in the middle of the answer is still a reason to try again. */
async function readWhole(response: Response): Promise<Response> {
  const body = await response.arrayBuffer().catch(error => {
    throw new AnswerCutOff("the service's answer was cut off", { cause: error });
  });
  const { status, headers } = response;
  return new Response(body.byteLength > 0 ? body : null, { status, headers });
}

/** To fetch a redirect is one more failure of the network; it is none that goes away. */
function redirected(error: unknown): ExplainedError | undefined {
  const said = [error, (error as Error).cause].map(messageOf).join();
  if (!/unexpected redirect|redirect mode/i.test(said)) return undefined;
  return new ExplainedError('the service answered with a redirect, which an upload does not follow', {
    cause: error,
    advice: 'Give --server the address that it redirects to, such as https:// instead of http://.',
  });
}

class AnswerCutOff extends Error {}

class Stalled extends Error {}

/**
 * Watches over the sending of a body. Once all has gone the service may take its time to check and store it: five minutes,
 * after which Node's fetch gives up by itself.
 */
class StallWatch implements Disposable {
  readonly #abort = new AbortController();
  readonly #fileSize: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(fileSize: number) {
    this.#fileSize = fileSize;
    this.moved(0);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  moved(sent: number): void {
    clearTimeout(this.#timer);
    if (sent >= this.#fileSize) return;
    this.#timer = setTimeout(
      () => this.#abort.abort(new Stalled(`nothing moved for ${STALLED_MS / 1000} s`)),
      STALLED_MS,
    );
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
