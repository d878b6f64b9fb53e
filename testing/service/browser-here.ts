import { expect } from 'chai';

/** What a browser without scripts does: it keeps cookies, follows redirects on demand, and fills in forms. */
export class BrowserHere {
  readonly cookies = new Map<string, string>();
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param headers that it sends with each request */
  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  /** @param path from the root, such as `/-/ui/settings` */
  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Shown> {
    return this.send('GET', path, { headers });
  }

  async send(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: string } = {},
  ): Promise<Shown> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = { accept: 'text/html', ...(cookie && { cookie }), ...this.#headers, ...headers };
    const answer = await fetch(this.#url + path, {
      ...{ method, headers: sent, redirect: 'manual' },
      ...(body !== undefined && { body }),
    });
    for (const line of answer.headers.getSetCookie()) this.#keep(line);
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, location: answer.headers.get('location') };
  }

  /**
   * Sends a form.
   * @param from the page on which it stands, for its CSRF token; undefined where it needs none
   */
  async post(path: string, fields: Readonly<Record<string, string>>, from?: string): Promise<Shown> {
    const token = from === undefined ? {} : { csrf: csrfIn((await this.get(from)).text) };
    const body = new URLSearchParams({ ...token, ...fields }).toString();
    return this.send('POST', path, { body, headers: { ...FORM, origin: this.#url } });
  }

  /** @throws AssertionError when it is refused */
  async signIn(token: string): Promise<void> {
    const { status, text } = await this.post('/-/ui/sign-in', { token });
    expect(status, text).to.equal(303);
  }

  #keep(line: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
    if (/; Max-Age=0/i.test(line)) this.cookies.delete(name!);
    else this.cookies.set(name!, value!);
  }
}

/** An answer. */
export interface Shown {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly location: string | null;
}

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const;

/** @returns the CSRF token of a page; empty where it has none */
export function csrfIn(page: string): string {
  return /<meta name="csrf-token" content="([^"]*)"/.exec(page)?.[1] ?? '';
}
