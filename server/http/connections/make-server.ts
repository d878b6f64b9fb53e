import { constants } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { Logger } from 'pino';
import type { OpenConnections } from './open-connections.ts';

/** A certificate and its key, in PEM format. */
export interface KeyPair {
  readonly cert: Buffer | string;
  readonly key: Buffer | string;
}

interface Parts {
  readonly connections: OpenConnections;
  readonly log: Logger;
  /** How long the header of a request may take, a TLS handshake, and the silence of a new connection, in milliseconds. */
  readonly headerMs: number;
}

/** A server that does not listen yet. */
export interface MadeServer {
  readonly server: Server;
  /** Only with TLS: has new connections get another certificate. Those that are open stay as they are. */
  readonly useCertificate: (pair: KeyPair) => void;
}

/** @param tls makes it speak TLS only; undefined makes it speak plain HTTP */
export function makeServer(answer: RequestListener, tls: KeyPair | undefined, parts: Parts): MadeServer {
  const { connections, headerMs } = parts;
  if (!tls) {
    const server = createServer(settings(headerMs), answer);
    server.on('connection', socket => connections.add(socket));
    return { server: halfOpen(server), useCertificate: () => {} };
  }
  const server = createTlsServer({ ...settings(headerMs), ...handshake(tls, headerMs) }, answer);
  followHandshakes(server, parts);
  return { server: halfOpen(server), useCertificate: pair => server.setSecureContext(handshake(pair, headerMs)) };
}

/** A client that has sent all and closes its side still wants its answer. */
function halfOpen<S extends Server>(server: S): S {
  return Object.assign(server, { httpAllowHalfOpen: true });
}

/**
 * Node's 300 s for a whole request would cut long uploads: `feed` limits their silence instead. Connections are kept longer
 * than proxies keep them (nginx: 60 s), so that none sends a request into one that is just being closed. That the field Host
 * is there is checked by the app, which answers in its own form.
 */
function settings(headersTimeout: number) {
  const connectionsCheckingInterval = Math.ceil(headersTimeout / 5);
  const times = { requestTimeout: 0, headersTimeout, connectionsCheckingInterval, keepAliveTimeout: 65_000 };
  return { ...times, requireHostHeader: false };
}

function handshake({ cert, key }: KeyPair, handshakeTimeout: number) {
  // Renegotiation, of TLS 1.2 only, lets a client have the service compute for nothing.
  const secureOptions = constants.SSL_OP_NO_RENEGOTIATION;
  return {
    cert,
    key,
    minVersion: 'TLSv1.2',
    secureOptions,
    handshakeTimeout,
    allowHalfOpen: true,
  } satisfies TlsOptions & {
    allowHalfOpen: boolean;
  };
}

/** A connection counts from its first byte on. Once it is encrypted, another socket of Node stands for it. */
function followHandshakes(server: ReturnType<typeof createTlsServer>, { connections, log }: Parts): void {
  const shaking = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    connections.add(socket);
    shaking.set(peer, socket);
    socket.once('close', () => shaking.get(peer) === socket && shaking.delete(peer));
  });
  server.on('secureConnection', socket => {
    const peer = peerOf(socket);
    connections.replace(shaking.get(peer), socket);
    shaking.delete(peer);
  });
  // Node would report it as a request that can't be read, on which an answer can be written.
  server.removeAllListeners('tlsClientError').on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    const { code = error.message } = error;
    log.info({ code, client: socket.remoteAddress }, `a TLS handshake failed: ${WHY[code] ?? error.message}`);
    socket.destroy();
  });
}

const WHY: Readonly<Record<string, string>> = {
  ERR_SSL_HTTP_REQUEST: 'the client speaks plain HTTP: its address must begin with https://',
  ECONNRESET: 'the client closed the connection',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'the client took too long',
};

/** What no two open connections have in common. */
function peerOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
