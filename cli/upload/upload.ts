import ky, { isHTTPError, type RetryOptions } from 'ky';
import { formatReprDigest, parseReprDigest } from '../../protocol/digest.ts';
import type { Manifest } from '../../protocol/manifest.ts';
import { type UploadReceipt, uploadReceipt } from '../../protocol/responses.ts';
import { credentialsOf, type ServiceAccess } from '../access/service-access.ts';
import { ExplainedError } from '../errors.ts';
import { fileDigest } from '../files/file-digest.ts';
import { log } from '../log.ts';
import { explainServiceError, unreachable } from '../service/explain-service-error.ts';
import { pauseOf, tellPause } from '../service/pause.ts';
import { readAnswer } from '../service/read-answer.ts';
import { StrangeAnswer } from '../service/service-errors.ts';
import { formatCount } from '../terminal/format.ts';
import { type FileForm, fileForm } from './multipart.ts';
import { AnswerCutOff, type SendOptions, sendBody } from './send-body.ts';
import { answerWithin, type IsThere, Stalled, StallWatch } from './stall-watch.ts';

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

export interface UploadOptions extends ServiceAccess {
  /** How often it is tried again after the first time. */
  readonly retries: number;
  readonly signal: AbortSignal;
  /** Learns how many bytes of the zip have gone, from zero again at each attempt. */
  readonly onBytes?: (sent: number) => void;
  /** Is asked after an attempt that failed, with why: false ends the trying. */
  readonly mayRetry?: (error: ExplainedError) => boolean;
  /** Tells in a few seconds whether anything answers: asked while there is no answer, and before a next attempt after that. */
  readonly isThere?: IsThere;
}

const RETRIED_STATUS = [408, 429, 500, 502, 503, 504, 507];

/** The longest pause that the service may ask for before another attempt: the other databases wait meanwhile. */
const LONGEST_PAUSE_MS = 300_000;

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
    const answer = await post(request, options);
    const { data: receipt } = await readAnswer(answer, uploadReceipt, options.server);
    checkStatus(answer, options.server);
    checkReceipt(request, receipt);
    return receipt;
  } catch (error) {
    options.signal.throwIfAborted();
    throw explain(error, options, request.database);
  }
}

function explain(error: unknown, access: ServiceAccess, database: string): ExplainedError {
  return error instanceof Stalled || error instanceof AnswerCutOff
    ? unreachable(access.server, error.message, error)
    : explainServiceError(error, access, database);
}

/** 201 for a zip that is new, 200 for one that is stored already (docs/reference/rest.md): by any other, such as 202, nothing is promised. */
function checkStatus({ status }: Response, server: URL): void {
  if (status === 200 || status === 201) return;
  throw new StrangeAnswer(`the service at ${server.origin} answered an upload by ${status}, and not by 201 or 200`, {
    status,
    advice: 'Check --server: something else seems to answer there.',
  });
}

function checkReceipt(request: UploadRequest, stored: UploadReceipt['data']): void {
  const { database, fileName, size, sha256, manifest } = request;
  const digest = parseReprDigest(stored.repr_digest);
  const isNamed = stored.database_name === database && stored.file_name === fileName;
  if (isNamed && stored.size === size && digest?.equals(sha256)) {
    checkDump(stored, manifest);
    checkVerdict(stored, manifest);
    return;
  }
  throw new ExplainedError(
    `the service says that it stored ${formatCount(stored.size)} bytes of ${stored.file_name} with ${stored.repr_digest}; ` +
      `sade sent ${formatCount(size)} bytes of ${fileName} with the SHA-256 ${sha256.toString('hex')}`,
    {
      advice:
        'The stored file differs from the one that was sent. Check for a proxy in between, and the disk of the service.',
    },
  );
}

/** What the service has read in the zip is the dump that was written. Null where it was told not to read it. */
function checkDump({ dump_sha256, dump_size }: UploadReceipt['data'], manifest: Manifest | undefined): void {
  if (!manifest) return;
  const { sha256, size } = manifest.dump;
  if ((dump_sha256 ?? sha256) === sha256 && (dump_size ?? size) === size) return;
  throw new ExplainedError(
    `the service says that the dump in the zip has ${formatCount(dump_size ?? size)} bytes with the SHA-256 ${dump_sha256 ?? sha256}; ` +
      `sade wrote ${formatCount(size)} bytes with the SHA-256 ${sha256}`,
    { advice: 'The service and sade must have the same version: upgrade the service first.' },
  );
}

/** A backup that is stored and damaged is not stored; and the service must not think better of one than we do. */
function checkVerdict({ id, state, findings }: UploadReceipt['data'], manifest: Manifest | undefined): void {
  if (state === 'damaged')
    throw new ExplainedError(`the service has the zip as backup ${id}, and says that its stored file is damaged`, {
      advice: `Check the disk and the log of the service (sade show ${id}). The next run sends the zip again.`,
    });
  const isBetter = state === 'complete' && manifest?.state !== 'complete';
  const lost = manifest?.findings.find(({ code }) => !findings.some(found => found.code === code));
  if (!isBetter && !lost) return;
  throw new ExplainedError(
    `the service reports the backup as ${state}, but this run found it to be ${manifest?.state ?? 'unverified'}` +
      `${lost ? ` (${lost.code})` : ''}`,
    { advice: 'The service and sade must have the same version: upgrade the service first.' },
  );
}

function post(request: UploadRequest, options: UploadOptions): Promise<Response> {
  const { server, signal, onBytes, isThere, ca, token } = options;
  const { path, fileName, size, sha256, manifest } = request;
  const form = fileForm(path, { fileName, size, fields: manifest ? { manifest: JSON.stringify(manifest) } : {} });
  const answerMs = answerWithin(size, manifest?.dump.size);
  const sending = { onBytes, isThere, answerMs, ca, isInvited: token !== undefined };
  let lost: unknown;
  let attempt = 0;
  return ky.post(new URL(encodeURIComponent(request.database), server), {
    headers: {
      'content-type': form.contentType,
      'repr-digest': formatReprDigest(sha256),
      ...credentialsOf(options),
    },
    timeout: false,
    signal,
    retry: retryOf(request, options),
    // A body that is given to ky or to a Request stays in memory, for redirects and retries. So none is given: each
    // attempt streams the file afresh here.
    fetch: async input => {
      // What hangs must not cost its time again.
      if (lost !== undefined && isThere && !(await isThere(signal))) throw lost;
      const about = { database: request.database, attempt: ++attempt };
      log.debug('upload attempt begins', { ...about, bytes: size });
      try {
        const answer = await sendOnce(input as Request, form, sending);
        log.debug('the service answers an upload', { ...about, status: answer.status });
        return answer;
      } catch (error) {
        log.warn('upload attempt fails', { ...about, error });
        lost = error;
        throw error;
      }
    },
  });
}

/** When a failed attempt is followed by another one, and after how long. */
function retryOf({ database, path, sha256 }: UploadRequest, options: UploadOptions): RetryOptions {
  const { retries, signal, mayRetry = () => true } = options;
  return {
    limit: retries,
    methods: ['post'],
    statusCodes: RETRIED_STATUS,
    delay: attempt => 1000 * 2 ** (attempt - 1),
    backoffLimit: 60_000,
    maxRetryAfter: LONGEST_PAUSE_MS,
    jitter: delay => delay * (0.75 + Math.random() / 4),
    shouldRetry: async ({ error }) => {
      const pause = pauseOf(error);
      // Who is asked to wait for longer does not come before that time.
      if (pause && pause.ms > LONGEST_PAUSE_MS) return false;
      if (!mayRetry(explain(error, options, database))) return false;
      if (pause) tellPause(pause, options);
      if (error instanceof Stalled || error instanceof AnswerCutOff) return true;
      if (!isHTTPError(error) || error.response.status !== 422) return undefined;
      const { code } = (error.data ?? {}) as { code?: unknown };
      return code === MISMATCH && (await fileDigest(path, signal)).equals(sha256);
    },
  };
}

interface Sending {
  readonly onBytes: UploadOptions['onBytes'];
  readonly isThere: UploadOptions['isThere'];
  readonly ca: UploadOptions['ca'];
  readonly answerMs: number;
  /** Whether the service is asked before the zip is sent: a token may be refused. */
  readonly isInvited: boolean;
}

async function sendOnce(request: Request, form: FileForm, sending: Sending): Promise<Response> {
  const { onBytes, isThere, answerMs, ca, isInvited } = sending;
  using watch = new StallWatch(form.fileSize, answerMs, isThere);
  const onSent = (sent: number) => {
    watch.onProgress(sent);
    onBytes?.(sent);
  };
  const signal = AbortSignal.any([request.signal, watch.signal]);
  const send = (how: SendOptions) =>
    sendBody(request, { length: form.contentLength, pieces: form.pieces(onSent) }, signal, how);
  const answer = await send({ ca, isInvited });
  // A proxy that does not know what to expect (RFC 9110, section 15.5.18).
  return isInvited && answer.status === 417 ? await send({ ca }) : answer;
}
