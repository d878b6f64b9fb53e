import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

export interface Listening {
  readonly url: string;
  /** Answers requests from now on, those first that came in meanwhile. */
  serve(handler: Handler): void;
  /** Takes no new connections, lets running requests finish, and cuts those that take longer than `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Claims an address; requests wait until `serve` is called.
 * @param port 0 takes a free one
 * @throws Error when the address can't be had
 */
export async function listen({ host, port }: { host: string; port: number }): Promise<Listening> {
  const handler = Promise.withResolvers<Handler>();
  const running = new Set<Promise<unknown>>();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const answering = handler.promise.then(handle => handle(request, response));
    running.add(answering);
    const forget = () => running.delete(answering);
    response.once('close', () => answering.then(forget, forget));
  };
  // Node's 300 s for a whole request would cut long uploads: `feed` limits their silence instead. Connections are kept
  // longer than proxies keep them (nginx: 60 s), so that none sends a request into one that is just being closed.
  const server = createServer({ requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 65_000 }, answer);
  // Without this, Node would invite the body before anybody has looked at the headers.
  server.on('checkContinue', answer);
  server.on('clientError', answerBrokenRequest);
  server.listen({ host, port });
  await once(server, 'listening').catch(error => {
    throw new Error(
      `HOST ${host} and PORT ${port} can not be listened on: ${error.message} (is a Lumbung running already? Stop it, or choose another address)`,
      { cause: error },
    );
  });
  return { url: urlOf(server), serve: handler.resolve, stop: graceMs => stop(server, running, graceMs) };
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

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** What Node's parser refuses never reaches the app. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = BROKEN[error.code ?? ''] ?? NO_HTTP;
  const body = JSON.stringify({ message, code, errors: [] });
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

type Answer = [status: string, code: string, message: string];

const NO_HTTP: Answer = ['400 Bad Request', 'MALFORMED_REQUEST', 'The request is not HTTP/1.1 as RFC 9112 has it'];

const BROKEN: Record<string, Answer> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE', 'The header is too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'REQUEST_TIMEOUT', 'The header did not arrive in time'],
};
