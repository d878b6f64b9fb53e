import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A server on loopback that takes what a channel sends. */
export interface Receiver extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly received: ReceivedRequest[];
  /** From now on all requests are answered so. A promise that stays pending is an answer that never comes. */
  reply: (request: ReceivedRequest) => Reply | Promise<Reply>;
}

/** Starts one that answers 200, with nothing in it. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const received = { method, path, headers, body: await text(request) };
    receiver.received.push(received);
    const { status = 200, headers: answered = {}, body = '' } = await receiver.reply(received);
    response.writeHead(status, { connection: 'close', ...answered }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    reply: () => ({}),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}
