import type { Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { OpenConnections } from './open-connections.ts';
import { answerRaw, type RawAnswer } from './raw-answer.ts';

/** Answers what Node's parser refuses, which never reaches the app. */
export function refuseBroken(
  server: Server,
  { connections, log }: { connections: OpenConnections; log: Logger },
): void {
  /** The parser says it again for each piece that still comes in. */
  const refused = new WeakSet<Socket>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!(socket instanceof Socket) || refused.has(socket)) return;
    refused.add(socket);
    refuse(socket, error, connections.owedOn(socket), log);
  });
  server.on('connect', ({ url }, socket) => {
    if (socket instanceof Socket) answerRaw(socket, notAProxy(url ?? ''), log);
  });
}

/**
 * The answer that is under way must stay as it is, and a request that has come in whole is still answered: a second answer
 * within or before the first would be read as a part of it.
 */
function refuse(socket: Socket, error: NodeJS.ErrnoException, owed: readonly ServerResponse[], log: Logger): void {
  const [first] = owed;
  const isCut = error.code === 'ECONNRESET' || isOfTls(error) || !socket.writable;
  if (isCut || socket.bytesRead === 0) socket.destroy();
  else if (!first) answerRaw(socket, answerTo(error), log);
  else if (first.req.complete || first.headersSent) closeAfter(socket, owed);
  // The client has gone away in the middle of its request: the app notices.
  else if (error.code === 'HPE_INVALID_EOF_STATE') socket.destroy();
  else answerRaw(socket, { ...answerTo(error), requestId: idOf(first) }, log);
}

/** Nothing can be said any more on a connection whose encryption is broken. */
function isOfTls({ code = '' }: NodeJS.ErrnoException): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_');
}

function closeAfter(socket: Socket, owed: readonly ServerResponse[]): void {
  const last = owed.at(-1)!;
  last.shouldKeepAlive = false;
  if (last.writableFinished) socket.destroySoon();
  else last.once('finish', () => socket.destroySoon());
}

function idOf(response: ServerResponse): string | undefined {
  return response.getHeader('X-Request-Id')?.toString();
}

function answerTo({ code }: NodeJS.ErrnoException): RawAnswer {
  return BROKEN[code ?? ''] ?? NO_HTTP;
}

const NO_HTTP: RawAnswer = {
  status: '400 Bad Request',
  code: 'MALFORMED_REQUEST',
  message: 'The request is not valid HTTP/1.1 (RFC 9112)',
};

const BROKEN: Record<string, RawAnswer> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    code: 'HEADERS_TOO_LARGE',
    message: 'The header is too large',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    code: 'REQUEST_TIMEOUT',
    message: 'The header did not arrive in time',
  },
};

function notAProxy(target: string): RawAnswer {
  const message = `This service is not a proxy: it does not connect to ${target.slice(0, 200)}`;
  return { status: '405 Method Not Allowed', code: 'METHOD_NOT_ALLOWED', message };
}
