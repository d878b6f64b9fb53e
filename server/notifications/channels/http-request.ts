import { cut } from '../../../protocol/texts/cut.ts';
import { messageOf } from '../../errors/error-code.ts';
import { DeliveryError } from '../channel.ts';
import { oneLine } from './texts.ts';

/** As much of an answer is read: a hostile one could go on forever. */
const MOST_ANSWER_BYTES = 16 * 1024;
/** As much of it stands in an error. */
const SHOWN_CHARACTERS = 300;

interface HttpRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, in place of `json`. */
  readonly text?: string;
  readonly signal: AbortSignal;
  /** Takes the secrets out of what the error says. */
  readonly redact: (text: string) => string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Sends one request. Redirects are not followed: they could carry what is sent to another place.
 * @throws DeliveryError unless the answer has a status of 2xx
 */
export async function request(url: string, options: HttpRequest): Promise<HttpAnswer> {
  const { method = 'POST', headers = {}, json, text, signal, redact } = options;
  const body = json === undefined ? text : JSON.stringify(json);
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const init = {
    method,
    headers: { 'user-agent': 'Lumbung', ...type, ...headers },
    redirect: 'manual',
    signal,
  } as const;
  const { response, answer } = await send(url, body === undefined ? init : { ...init, body }, redact);
  if (response.ok) return { status: response.status, body: answer };
  throw new DeliveryError(`answered ${inWords(response, answer, redact)}`, {
    isAboutMessage: [400, 413, 422].includes(response.status),
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
  });
}

/** @returns the answer in one line, for people: `HTTP 200: ok` */
export function describeAnswer({ status, body }: HttpAnswer, redact: (text: string) => string): string {
  return `HTTP ${status}${shown(body, redact)}`;
}

/** @returns the JSON of an answer, or undefined where it is no object of JSON */
export function jsonOf({ body }: HttpAnswer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

async function send(url: string, init: RequestInit, redact: (text: string) => string) {
  try {
    const response = await fetch(url, init);
    return { response, answer: await readSome(response) };
  } catch (error) {
    // What fetch throws says nothing; its cause does. Neither is passed on: it may hold the address.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new DeliveryError(`could not be reached: ${cut(oneLine(redact(reasonOf(cause))), SHOWN_CHARACTERS)}`);
  }
}

/** An error of several addresses has an empty message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return messageOf(error);
}

async function readSome({ body }: Response): Promise<string> {
  if (!body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MOST_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MOST_ANSWER_BYTES).toString();
}

function inWords(response: Response, answer: string, redact: (text: string) => string): string {
  const { status } = response;
  if (status >= 300 && status < 400) return `HTTP ${status}: it sends to another address, which is not followed`;
  return `HTTP ${status}${shown(answer, redact)}`;
}

function shown(answer: string, redact: (text: string) => string): string {
  const text = cut(oneLine(redact(answer)), SHOWN_CHARACTERS);
  return text === '' ? '' : `: ${text}`;
}

/** Seconds or a date (RFC 9110). */
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return ms > 0 ? ms : undefined;
}
