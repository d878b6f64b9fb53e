import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { ErrorAnswer } from '../../../protocol/responses.ts';
import { SAFE_HEADERS } from '../safe-headers.ts';

/** An answer that is written without Node's help. */
export interface RawAnswer {
  /** `400 Bad Request` */
  readonly status: string;
  readonly code: string;
  readonly message: string;
  /** Such as `Retry-After: 5`. */
  readonly fields?: readonly string[];
  /** The request's, where it is known. */
  readonly requestId?: string | undefined;
}

/** How long a client may take to read the answer and close, in milliseconds. */
const LINGER_MS = 5_000;

/** Answers on a connection whose request never reached the app, and closes it. The log has a line of it. */
export function answerRaw(socket: Socket, answer: RawAnswer, log: Logger): void {
  const { status, code, message, fields = [], requestId = randomUUID() } = answer;
  const body = JSON.stringify({ message, code, errors: [] } satisfies ErrorAnswer);
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    ...Object.entries(SAFE_HEADERS).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    ...fields,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // To close at once could make TCP send a reset, which overtakes the answer; never to close would keep the descriptor.
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
  log.info({ request_id: requestId, status: Number.parseInt(status, 10), code }, `a request was refused: ${message}`);
}
