import type { IncomingMessage, ServerResponse } from 'node:http';

/** What answers one request in a test. */
export type Answering = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Lets it answer. That the client has given the request up meanwhile is no failure: most such tests are about that. */
export function answerWith(answering: Answering, request: IncomingMessage, response: ServerResponse): void {
  const answered = async () => answering(request, response);
  answered().catch(error => {
    if (request.complete) throw error;
  });
}
