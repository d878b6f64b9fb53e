import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** The connections of a server, and the answers that it still owes on each. One that is owed none is idle. */
export class OpenConnections {
  readonly #owed = new Map<Socket, Set<ServerResponse>>();
  /** In the order in which they became idle. */
  readonly #idle = new Set<Socket>();
  /** How many bytes had moved, and when, of those whose client is to move. */
  readonly #heard = new WeakMap<Socket, Awaited & { readonly since: number }>();

  get size(): number {
    return this.#owed.size;
  }

  /** Keeps it until it closes. */
  add(socket: Socket): void {
    this.#owed.set(socket, new Set());
    this.#idle.add(socket);
    socket.once('close', () => this.#forget(socket));
  }

  /** Has another socket stand for a connection: the encrypted one, once its handshake is over. */
  replace(socket: Socket | undefined, other: Socket): void {
    if (socket) this.#forget(socket);
    this.add(other);
  }

  /** Closes those on which no handshake is over yet, of a server that speaks TLS only. */
  destroyUnencrypted(): void {
    for (const socket of this.#owed.keys()) if (!(socket instanceof TLSSocket)) socket.destroy();
  }

  /** A request has come in: its answer is owed until it is closed. */
  owe(response: ServerResponse): void {
    const { socket } = response.req;
    this.#owed.get(socket)?.add(response);
    this.#idle.delete(socket);
    response.once('close', () => this.#settle(socket, response));
  }

  /** @returns the answers that are owed, in the order of their requests */
  owedOn(socket: Socket): ServerResponse[] {
    return [...(this.#owed.get(socket) ?? [])];
  }

  /** @returns the connection that has been idle for longest, also one on which no request was finished yet */
  longestIdle(): Socket | undefined {
    return this.#idle.values().next().value;
  }

  /**
   * Looks for the client that has sent next to nothing of its request's body, or taken next to nothing of its answer, for longest. What
   * it looks at counts from the first look on.
   * @param silentMs how long that must be at least, in milliseconds
   * @param notTakingMs the same for an answer: a slow client whose line is buffered shows progress rarely
   */
  longestSilent(silentMs: number, notTakingMs = 6 * silentMs): Socket | undefined {
    const now = performance.now();
    const silent: Array<{ socket: Socket; since: number }> = [];
    for (const [socket, owed] of this.#owed) {
      const heard = this.#heard.get(socket);
      const awaited = awaitedOf(socket, [...owed]);
      if (!awaited) this.#heard.delete(socket);
      else if (heard?.what !== awaited.what || awaited.bytes - heard.bytes >= HEARD_BYTES)
        this.#heard.set(socket, { ...awaited, since: now });
      else if (now - heard.since >= (awaited.what === 'body' ? silentMs : notTakingMs))
        silent.push({ socket, since: heard.since });
    }
    return silent.sort((one, other) => one.since - other.since)[0]?.socket;
  }

  #forget(socket: Socket): void {
    this.#owed.delete(socket);
    this.#idle.delete(socket);
  }

  #settle(socket: Socket, response: ServerResponse): void {
    const owed = this.#owed.get(socket);
    owed?.delete(response);
    if (owed?.size === 0) this.#idle.add(socket);
  }
}

/** What a client has yet to send or to take, and how much it has by now. */
interface Awaited {
  readonly what: 'body' | 'answer';
  readonly bytes: number;
}

function awaitedOf(socket: Socket, owed: readonly ServerResponse[]): Awaited | undefined {
  if (waitsForBody(owed.at(-1))) return { what: 'body', bytes: socket.bytesRead };
  if (!owed[0]?.headersSent || socket.writableLength === 0) return undefined;
  return { what: 'answer', bytes: socket.bytesWritten - socket.writableLength };
}

/** A few bytes from time to time are no more than silence. */
const HEARD_BYTES = 4096;

/** Not while it is us who take nothing, or when the answer is out already. */
function waitsForBody(response: ServerResponse | undefined): boolean {
  return response !== undefined && !response.req.complete && !response.req.isPaused() && !response.headersSent;
}
