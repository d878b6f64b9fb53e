import { AsyncLocalStorage } from 'node:async_hooks';
import type { Middleware } from 'koa';

interface Scope {
  readonly requestId: string;
  /** Answers the request with this error, unless its answer is under way. */
  readonly fail: (error: Error) => void;
}

const scopes = new AsyncLocalStorage<Scope>();

/**
 * Remembers, in all the work that a request starts, which request it was. So a mistake that no one catches fails that
 * request: its own promise may never settle, and its client would wait for ever.
 */
export function requestScope(): Middleware {
  return async (ctx, next) => {
    const { promise, reject } = Promise.withResolvers<never>();
    const scope = { requestId: ctx.state.requestId, fail: reject };
    await scopes.run(scope, () => Promise.race([next(), promise]));
  };
}

/**
 * Fails the request whose work is running now, with a 500 for any error: that no one caught it is the bug.
 * @returns its id, or undefined when the work belongs to no request
 */
export function failRequest(): string | undefined {
  const scope = scopes.getStore();
  scope?.fail(new Error('The work for this request ended with an error that no one caught'));
  return scope?.requestId;
}

/** @returns the id of the request whose work is running now, if it is one's */
export function requestIdOfScope(): string | undefined {
  return scopes.getStore()?.requestId;
}
