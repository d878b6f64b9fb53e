import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { oneAtATime } from '../one-at-a-time.ts';
import { limitConnections, mostConnections } from './limit-connections.ts';
import { type KeyPair, makeServer } from './make-server.ts';
import { OpenConnections } from './open-connections.ts';
import { refuseBroken } from './refuse-broken.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

export interface Listening {
  readonly url: string;
  /** Answers requests from now on; first those that have arrived already. */
  serve(handler: Handler): void;
  /** Only with TLS: has new connections get this certificate. Those that are open, and what runs on them, stay as they are. */
  useCertificate(pair: KeyPair): void;
  /** Takes no new connections, lets running requests finish, and cuts those that take longer than `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

export interface Address {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Logger;
  /** With it the service speaks TLS only. */
  readonly tls?: KeyPair | undefined;
  readonly limits?: ConnectionLimits;
}

/** Each has a default. Times are in milliseconds. */
export interface ConnectionLimits {
  /** How many connections there may be at once. */
  readonly most?: number;
  /** How long the header of a request may take, and the silence of a new connection. */
  readonly headerMs?: number;
  /** How long the body of a request that is not read may still take when the answer is out. */
  readonly unreadBodyMs?: number;
  /** How long a client may send nothing of a body while all connections are busy. */
  readonly silentMs?: number;
}

/**
 * Claims an address; requests wait until `serve` is called.
 * @throws Error when the address can't be had
 */
export async function listen({ host, port, log, tls, limits = {} }: Address): Promise<Listening> {
  const { most = mostConnections(), headerMs = 15_000, unreadBodyMs = 5_000, silentMs = 5_000 } = limits;
  const handler = Promise.withResolvers<Handler>();
  const running = new Set<Promise<unknown>>();
  const connections = new OpenConnections();
  const begin = (request: IncomingMessage, response: ServerResponse) => {
    const answering = handler.promise.then(handle => handle(request, response));
    keepWhileRunning(running, answering, response);
  };
  const beginInTurn = oneAtATime(begin, socket => {
    log.warn('a connection was closed: too many requests waited on it for their answers');
    socket.destroy();
  });
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    // Each layer that sends a file listens for its end: Koa, the log, what lingers, and those below.
    response.setMaxListeners(20);
    connections.owe(response);
    response.once('finish', () => cutUnreadBody(request, unreadBodyMs));
    beginInTurn(request, response);
  };
  const { server, useCertificate } = makeServer(answer, tls, { connections, log, headerMs });
  // Without these, Node would invite the body before the headers are checked, and refuse other expectations itself.
  server.on('checkContinue', answer).on('checkExpectation', answer);
  refuseBroken(server, { connections, log });
  const isTls = tls !== undefined;
  limitConnections(server, { connections, most, silentMs, log, isTls });
  await claim(server, { host, port });
  // Such as no descriptor left for a connection: nothing to end the service for.
  server.on('error', err => log.error({ err }, 'a connection could not be accepted'));
  return {
    url: urlOf(server, isTls ? 'https' : 'http'),
    serve: handler.resolve,
    useCertificate,
    stop: graceMs => {
      if (isTls) connections.destroyUnencrypted();
      return stop(server, running, graceMs);
    },
  };
}

function keepWhileRunning(running: Set<Promise<unknown>>, answering: Promise<unknown>, response: ServerResponse): void {
  running.add(answering);
  const forget = () => running.delete(answering);
  response.once('close', () => answering.then(forget, forget));
}

async function claim(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  server.listen({ host, port });
  await once(server, 'listening').catch(error => {
    throw new Error(
      `The service cannot listen on HOST ${host} and PORT ${port}: ${error.message} (is Lumbung already running? Stop it, or choose another address)`,
      { cause: error },
    );
  });
}

/** Node would read on for as long as the client likes. */
function cutUnreadBody(request: IncomingMessage, withinMs: number): void {
  if (request.complete) return;
  const { socket } = request;
  const timer = setTimeout(() => request.complete || socket.destroy(), withinMs);
  socket.once('close', () => clearTimeout(timer));
}

/** How long requests that were cut may take to clean up behind themselves. */
const CLEAN_UP_MS = 5_000;

async function stop(server: Server, running: Set<Promise<unknown>>, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection that is kept alive would outlive its last answer.
  const closeIdle = setInterval(() => server.closeIdleConnections(), 100);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(closeIdle);
  clearTimeout(cut);
  await Promise.race([Promise.allSettled(running), sleep(CLEAN_UP_MS, undefined, { ref: false })]);
}

function urlOf(server: Server, scheme: 'http' | 'https'): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`it listens on no port, but on ${bound}`);
  const { address, family, port } = bound;
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
