/** Shorter ones would be found in every text, and hide nothing. */
const SHORTEST_SECRET = 3;
/** Parts of an address that are shorter are words such as `services` or `api`, usually. */
const SHORTEST_PART = 8;

/**
 * @param secrets passwords, tokens, and whole addresses that are secrets; some may be undefined
 * @returns what takes them out of a text, also where they are percent-encoded or in base64
 */
export function redactor(secrets: ReadonlyArray<string | undefined>): (text: string) => string {
  const hidden = new Set(
    secrets
      .filter(secret => secret !== undefined)
      .flatMap(formsOf)
      .filter(form => form.length >= SHORTEST_SECRET),
  );
  const longestFirst = [...hidden].sort((a, b) => b.length - a.length);
  return text => longestFirst.reduce((rest, form) => rest.replaceAll(form, '***'), text);
}

function formsOf(secret: string): string[] {
  const plain = [secret, ...partsOfAddress(secret)];
  return plain.flatMap(text => [text, encodeURIComponent(text), Buffer.from(text).toString('base64')]);
}

/** An error may name the path of an address alone, or the token in it. */
function partsOfAddress(text: string): string[] {
  const url = URL.parse(text);
  if (!url?.host) return [];
  const { href, pathname, search, username, password } = url;
  const parts = [...pathname.split('/'), ...url.searchParams.values()].filter(part => part.length >= SHORTEST_PART);
  const behindHost = pathname.length >= SHORTEST_PART ? [pathname + search, pathname] : [];
  return [href, ...behindHost, ...parts, username, password].filter(part => part !== '');
}
