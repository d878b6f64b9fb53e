/**
 * Reads one cookie of a request.
 * @param header `Cookie`, as it came
 * @returns its value; undefined where it is missing, or there more than once: no one knows then which one is ours
 */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(`${name}=`))
    .map(pair => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

interface Attributes {
  readonly path: string;
  /** Seconds; left out, it ends with the browser; 0 removes it. */
  readonly maxAge?: number;
  readonly isSecure: boolean;
}

/** @returns a value for `Set-Cookie`: no script reads it, and no other site sends it along but by a link */
export function setCookie(name: string, value: string, { path, maxAge, isSecure }: Attributes): string {
  const age = maxAge === undefined ? '' : `; Max-Age=${maxAge}`;
  return `${name}=${value}; Path=${path}${age}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
}
