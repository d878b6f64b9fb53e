import type { Plugin } from 'graphql-yoga';

const listening = new WeakMap<Request, AsyncIterator<unknown>>();

/** Yoga answers 406 to a subscription whose client takes no event stream, and would leave it listening for ever. */
export const endRefused: Plugin = {
  onResultProcess({ request, result }) {
    if (result && Symbol.asyncIterator in result) listening.set(request, result as unknown as AsyncIterator<unknown>);
  },
  onResponse({ request, response }) {
    if (response.status === 406) void listening.get(request)?.return?.();
  },
};
