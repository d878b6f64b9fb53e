import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as overHttp } from 'node:http';
import { Agent as HttpsAgent, request as overHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { ServiceAccess } from '../access/service-access.ts';
import { trust } from '../access/trusting-fetch.ts';
import { ExplainedError } from '../errors.ts';
import { readBounded } from '../service/bounded-answer.ts';

/** The body of a request, in pieces. */
export interface Body {
  /** Bytes of all of it: exactly so many must come. */
  readonly length: number;
  /** The next chunk is read only after the current one has been sent, so that all can share one buffer. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** The connection broke in the middle of the answer, or the answer did not end in time. */
export class AnswerCutOff extends Error {}

/** An answer that has begun must end within this time: it is a record, which the service has at hand. */
const ANSWER_BODY_MS = 60_000;

/** A service sends one "Continue", a proxy may add a hint or two. */
const MOST_INTERIM_ANSWERS = 100;

/** How long the service may be silent before it asks for the body. One that does not know of it says nothing (RFC 9110, section 10.1.1); curl waits as long. */
const INVITATION_MS = 1000;

/** A reachable host accepts a connection at once. For one whose packets are dropped the system would wait two minutes. */
const CONNECT_MS = 20_000;

/** A peer that is gone without a word is noticed after about so long, however long its answer may take. */
const KEEP_ALIVE_MS = 60_000;

/** How a request is sent. */
export interface SendOptions extends Pick<ServiceAccess, 'ca'> {
  /** Whether the service is asked for the body before it is sent, so that it can refuse it by its head alone. */
  readonly isInvited?: boolean;
}

/**
 * Sends a request with a body that is streamed, and reads the answer. Over node:http, since fetch wants each piece in
 * memory of its own: that costs twice the CPU and twice the memory. It also waits no longer than 300 s for an answer; here
 * only the signal ends the waiting. An answer that comes early ends the sending. A redirect is not followed.
 * @param request whose address, method and headers are sent; a body of its own is not
 * @throws {TypeError} as fetch does when the connection fails, with the reason as its cause; {AnswerCutOff}; what the
 * pieces throw; the signal's reason when aborted
 */
export async function sendBody(
  request: Request,
  body: Body,
  signal: AbortSignal,
  { ca, isInvited = false }: SendOptions = {},
): Promise<Response> {
  signal.throwIfAborted();
  const agent = ownAgent(request.url.startsWith('https:'), ca);
  const outgoing = begin(request, { length: body.length, agent, isInvited });
  const abort = () => void outgoing.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const answer = answerTo(outgoing);
    if (isInvited) await invitation(outgoing, answer);
    await write(outgoing, body.pieces, answer);
    return await readWhole(await answer, new URL(request.url).origin);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    outgoing.destroy(); // does nothing to a connection that has been given back to be used again
    agent?.destroy();
  }
}

/**
 * Node's own agents go through a proxy where its fetch would; Deno's fetch always does, its agents when told to. And where a
 * kept connection turns out to be broken, Deno opens another one by itself and sends the head again, but not the body, for
 * which the service then waits: so each upload has a connection of its own there.
 */
function ownAgent(isTls: boolean, ca: string | undefined): HttpAgent | undefined {
  if (!process.versions.deno) {
    if (ca !== undefined) trust(ca);
    return undefined;
  }
  const options = { keepAlive: true, proxyEnv: process.env };
  return isTls ? new HttpsAgent({ ...options, ...(ca !== undefined && { ca }) }) : new HttpAgent(options);
}

interface Beginning {
  readonly length: number;
  readonly agent: HttpAgent | undefined;
  readonly isInvited: boolean;
}

function begin({ url, method, headers }: Request, { length, agent, isInvited }: Beginning): ClientRequest {
  const options = {
    method,
    headers: { ...Object.fromEntries(headers), 'content-length': length, ...(isInvited && { expect: '100-continue' }) },
    ...(agent && { agent }),
  };
  const outgoing = url.startsWith('https:') ? overHttps(url, options) : overHttp(url, options);
  outgoing.setSocketKeepAlive(true, KEEP_ALIVE_MS);
  outgoing.once('socket', socket => socket.connecting && giveUpConnecting(outgoing, socket));
  return outgoing;
}

function giveUpConnecting(outgoing: ClientRequest, socket: Socket): void {
  const tooSlow = new Error(`connect ETIMEDOUT: no connection within ${CONNECT_MS / 1000} s`);
  const timer = setTimeout(() => outgoing.destroy(tooSlow), CONNECT_MS);
  socket.once('connect', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
}

/** @returns the head of the answer, which may come before all has been sent */
function answerTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // By this message ky tells a failure of the network, which may pass, from other errors.
  const fail = (cause: Error) => reject(new TypeError('fetch failed', { cause }));
  outgoing.on('response', resolve).on('error', fail);
  outgoing.on('close', () => fail(new Error('the connection was closed without an answer')));
  let interim = 0;
  const countInterim = () => {
    if (++interim > MOST_INTERIM_ANSWERS) outgoing.destroy(new Error('the service sends too many 1xx answers'));
  };
  outgoing.on('information', countInterim).on('continue', countInterim);
  promise.catch(() => {}); // while the body is sent no one listens yet
  return promise;
}

/** @returns when the service asks for the body, has answered, or has kept silent for long enough */
async function invitation(outgoing: ClientRequest, answer: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, INVITATION_MS);
  outgoing.once('continue', resolve);
  answer.then(
    () => resolve(),
    () => resolve(),
  );
  await promise.finally(() => clearTimeout(timer));
}

/** Sends all pieces, unless there is an answer or an end before. */
async function write(
  outgoing: ClientRequest,
  pieces: AsyncIterable<Uint8Array>,
  answer: Promise<unknown>,
): Promise<void> {
  let isOver = false;
  let goOn = () => {};
  const end = () => {
    isOver = true;
    goOn();
  };
  answer.then(end, end);
  for await (const piece of pieces) {
    // The end may have come while the piece was made, and Node calls no one back who writes to a connection that has
    // broken and is not closed yet, nor one who wrote before a connection that then failed. So `end` goes on, too.
    if (isOver) return;
    await new Promise<void>(resolve => {
      goOn = resolve;
      outgoing.write(piece, error => (error ? end() : resolve()));
    });
    if (isOver) return;
  }
  outgoing.end();
}

/** Read here, where a connection that breaks in the middle of the answer is still a reason to try again. */
async function readWhole(answer: IncomingMessage, where: string): Promise<Response> {
  const tooSlow = new AnswerCutOff(`the service's answer did not end within ${ANSWER_BODY_MS / 1000} s`);
  const timer = setTimeout(() => answer.destroy(tooSlow), ANSWER_BODY_MS);
  const body = await readBounded(answer, where)
    .catch(error => {
      if (error instanceof ExplainedError || error === tooSlow) throw error;
      throw new AnswerCutOff("the service's answer was cut off", { cause: error });
    })
    .finally(() => clearTimeout(timer));
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  return new Response(body.length > 0 ? body : null, { status: answer.statusCode!, headers });
}
