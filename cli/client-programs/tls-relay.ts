import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { DatabaseSource } from '../config/databases.ts';
import type { ExplainedError } from '../errors.ts';
import { type Contact, explainConnecting } from '../mysql/explain-connecting.ts';
import { portOf } from './port-of.ts';
import { asksForTls, isError, isGreeting, offersTls, readPacket } from './tls-negotiation.ts';

/** A way to a database server on which nothing but TLS passes. */
export interface TlsRelay extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Why it has let a client not through: the client itself sees only that the line is gone. */
  readonly refusal: ExplainedError | undefined;
}

/** How long a server may take to greet, in milliseconds. */
const GREETING_WITHIN_MS = 30_000;

/**
 * Opens a port on this machine that leads to the source's server, for MariaDB's client where `ssl` is "require". Even
 * with `--ssl`, that client goes on in clear text when the greeting offers no TLS, and a man in the middle can take the offer
 * out of it. The relay reads the greeting before the client does, and the client's answer before the server does; if one of
 * them is without TLS, it hangs up. It has no key: all that follows is between the client and the server.
 */
export async function openTlsRelay(source: DatabaseSource): Promise<TlsRelay> {
  const lines = new Set<Line>();
  let refusal: ExplainedError | undefined;
  const relay = createServer({ pauseOnConnect: true }, async client => {
    const line = new Line(client, source);
    lines.add(line);
    try {
      await line.open();
    } catch (error) {
      line.close();
      refusal ??= explainConnecting(error as Error, source, line.contact);
    }
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return {
    host: '127.0.0.1',
    port: portOf(relay),
    get refusal() {
      return refusal;
    },
    async [Symbol.asyncDispose]() {
      for (const line of lines) line.close();
      relay.close();
      await once(relay, 'close');
    },
  };
}

/** One client's way through the relay. */
class Line {
  readonly contact: { -readonly [K in keyof Contact]: Contact[K] } = {
    ...{ isEncrypted: false, isReached: false, hasSpoken: false, isGreeted: false },
  };
  readonly #client: Socket;
  readonly #server: Socket;

  constructor(client: Socket, { host, port }: DatabaseSource) {
    this.#client = client;
    this.#server = connect(port, host!);
    for (const socket of [client, this.#server]) socket.setNoDelay(true).on('error', () => this.close());
    client.on('close', () => this.#server.destroy());
    this.#server.on('close', () => client.end());
  }

  close(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  /** @throws {Error} why it can't be a line of TLS */
  async open(): Promise<void> {
    const [client, server] = [this.#client, this.#server];
    await once(server, 'connect');
    this.contact.isReached = true;
    server.setTimeout(GREETING_WITHIN_MS, () => server.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    server.once('readable', () => {
      this.contact.hasSpoken = true;
    });
    const first = await readPacket(server);
    server.setTimeout(0);
    this.contact.isGreeted = isGreeting(first) || isError(first);
    if (!this.contact.isGreeted) throw new Error('no greeting');
    if (isError(first)) return void client.end(first.bytes);
    if (!offersTls(first)) throw Object.assign(new Error('no TLS'), { code: 'HANDSHAKE_NO_SSL_SUPPORT' });
    client.write(first.bytes);
    const answer = await readPacket(client);
    if (!asksForTls(answer)) throw new Error('the dump program does not ask for TLS');
    server.write(answer.bytes);
    client.pipe(server);
    server.pipe(client);
  }
}
