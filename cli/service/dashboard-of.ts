/**
 * Finds the page of the service in the header `Link` of Response 1 (RFC 8288): an earlier service names none.
 * @param server that answered: a page of another one is not believed
 */
export function dashboardOf(header: string | null, server: URL): URL | undefined {
  for (const [, target, parameters] of (header ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    if (!/;\s*rel="?alternate"?/i.test(parameters!) || !/;\s*type="?text\/html"?/i.test(parameters!)) continue;
    const url = URL.parse(target!, server);
    if (url?.origin === server.origin) return url;
  }
  return undefined;
}
