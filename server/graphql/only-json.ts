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
