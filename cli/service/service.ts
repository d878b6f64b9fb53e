import ky, { isHTTPError } from 'ky';
import { type InferType, type Schema, ValidationError } from 'yup';
import type { AcceptanceRequest } from '../../protocol/acceptance.ts';
import { withCurrentCodes } from '../../protocol/finding-codes.ts';
import {
  type BackupReport,
  backupReport,
  type DatabaseHistory,
  type DatabaseList,
  databaseHistory,
  databaseList,
  type ServiceStatus,
  serviceStatus,
} from '../../protocol/responses.ts';
import { ExplainedError } from '../errors.ts';
import { log } from '../log.ts';
import { bodyChunks } from './body-chunks.ts';
import { oddShapeOf, readBounded } from './bounded-answer.ts';
import { explainServiceError, rootCauseOf } from './explain-service-error.ts';
import { ServiceUnreachable, StrangeAnswer } from './service-errors.ts';

const ANSWER_MS = 30_000;

/** The longest pause before another attempt, even if the service asks for more. */
const RETRY_AFTER_MS = 5000;

/** No redirect is followed: what lies behind it was not named by the administrator, and would be believed. */
const NO_REDIRECT = { redirect: 'manual' } as const;

/** What the commands ask the service. */
export class Service {
  readonly #server: URL;
  readonly #signal: AbortSignal | undefined;
  readonly #answerMs: number;

  /**
   * @param signal ends all requests; its reason is thrown then
   * @param answerMs time limit of an answer that needs no work, in milliseconds
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
   * @param headers such as Range; the signal ends the request: read the body by `bodyChunks`
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
      log.debug('the service answers', { path, status: answer.status });
      return await readAnswer(answer, schema, this.#server, this.#all(clock.signal));
    } catch (error) {
      log.debug('the service gives no good answer', { path, error });
      this.#signal?.throwIfAborted();
      throw clock.signal.aborted ? clock.signal.reason : explainServiceError(error, this.#server);
    } finally {
      clearTimeout(timer);
    }
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any(this.#all(signal));
  }

  #all(signal: AbortSignal | undefined): AbortSignal[] {
    return [this.#signal, signal].filter(each => each !== undefined);
  }
}

function tooSlow(server: URL, ms: number): ServiceUnreachable {
  return new ServiceUnreachable(`the service at ${server.origin} did not answer within ${ms / 1000} s`, {
    reason: 'timeout',
    advice: 'Check the service and its log. GET /-/ready shows whether it reaches its history and its storage.',
  });
}

/**
 * @param signals end the reading
 * @returns the answer's JSON, if it is what the contract says @throws {ExplainedError}
 */
export async function readAnswer<S extends Schema>(
  response: Response,
  schema: S,
  server: URL,
  signals: readonly AbortSignal[] = [],
): Promise<InferType<S>> {
  const chunks = bodyChunks(response.body, signals);
  const text = new TextDecoder().decode(
    await readBounded(chunks, server.origin).catch(error => throwBroken(error, server)),
  );
  try {
    const value: unknown = JSON.parse(text);
    const odd = oddShapeOf(value);
    if (odd !== undefined) throw new ValidationError(odd);
    return await schema.validate(withCurrentCodes(value), { strict: true });
  } catch (error) {
    const why = error instanceof ValidationError ? error.errors.join('; ').slice(0, 200) : 'it is not JSON';
    throw new StrangeAnswer(`the answer ${response.status} is not one of Lumbung's service (${why})`, {
      status: response.status,
      cause: error,
      advice: 'Check --server: something else seems to answer there.',
    });
  }
}

/** What fetch throws in the middle of an answer names no one. */
function throwBroken(error: unknown, server: URL): never {
  if (error instanceof ExplainedError) throw error;
  const reason = rootCauseOf(error);
  throw new ServiceUnreachable(`the answer of the service at ${server.origin} ended too early: ${reason}`, {
    cause: error,
    reason,
    advice: 'Try again. If it happens again, check the service and any proxy in between.',
  });
}
