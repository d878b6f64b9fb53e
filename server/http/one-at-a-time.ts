import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Clients that send a request before they have the last answer are rare, and send few. */
const MOST_WAITING = 32;

/**
 * Begins with a request only when the one before it on the same connection has its answer, since answers go out in that order
 * anyway (RFC 9112, section 9.3.2). Node would begin with all that have come: a client that sends thousands and reads
 * nothing would have as many answers kept for it, or as many files open.
 * @param refuse closes a connection on which too many wait
 */
export function oneAtATime(answer: Answer, refuse: (socket: Socket) => void): Answer {
  const lines = new WeakMap<Socket, Line>();
  return (request, response) => {
    const { socket } = request;
    // The rest of what was read of a connection that is closed by now.
    if (socket.destroyed) return;
    const line = lines.get(socket) ?? new Line();
    lines.set(socket, line);
    if (line.length > MOST_WAITING) refuse(socket);
    else line.add(() => answer(request, response), response);
  };
}

class Line {
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  get length(): number {
    return this.#waiting.length;
  }

  add(begin: () => void, response: ServerResponse): void {
    this.#waiting.push(() => {
      response.once('close', () => {
        this.#isBusy = false;
        if (!response.req.socket.destroyed) this.#next();
      });
      begin();
    });
    this.#next();
  }

  #next(): void {
    if (this.#isBusy) return;
    const begin = this.#waiting.shift();
    if (!begin) return;
    this.#isBusy = true;
    begin();
  }
}
