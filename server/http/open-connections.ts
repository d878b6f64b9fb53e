import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server, and the answers that it still owes on each. One that is owed none is idle. */
export class OpenConnections {
  readonly #owed = new Map<Socket, Set<ServerResponse>>();
  /** In the order in which they became idle. */
  readonly #idle = new Set<Socket>();

  get size(): number {
    return this.#owed.size;
  }

  /** Keeps it until it closes. */
  add(socket: Socket): void {
    this.#owed.set(socket, new Set());
    this.#idle.add(socket);
    socket.once('close', () => {
      this.#owed.delete(socket);
      this.#idle.delete(socket);
    });
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

  #settle(socket: Socket, response: ServerResponse): void {
    const owed = this.#owed.get(socket);
    owed?.delete(response);
    if (owed?.size === 0) this.#idle.add(socket);
  }
}
