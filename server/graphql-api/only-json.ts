import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * Takes no POST but of JSON: any web page may have a browser send forms and plain text to us without asking, and for JSON a
 * browser asks first, which is never allowed here (CSRF).
 */
export const onlyJson: Plugin = {
  onRequest({ request, fetchAPI, endResponse }) {
    const type = request.headers.get('content-type') ?? '';
    if (request.method === 'POST' && !/^application\/json\s*(?:;|$)/i.test(type))
      endResponse(new fetchAPI.Response(null, { status: 415 }));
  },
};

/** Yoga parses the JSON of a URL's parameters without expecting that it can be wrong. */
export const refuseBrokenParameters: Plugin = {
  onRequestParse({ request, url }) {
    if (request.method !== 'GET') return;
    for (const name of ['variables', 'extensions']) {
      const text = url.searchParams.get(name);
      if (text && !isJson(text))
        throw new GraphQLError(`The parameter "${name}" in the URL is not valid JSON`, {
          extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
        });
    }
  },
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
