/** A mail server, as `smtp_url` names it. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  readonly tls: 'starttls' | 'implicit' | 'off';
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** @returns the server of an address that `smtpUrlProblem` found nothing wrong with */
export function smtpServerOf(address: string): SmtpServer {
  const { protocol, hostname, port, username, password } = new URL(address);
  const isImplicit = protocol === 'smtps:';
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || (isImplicit ? 465 : 587)),
    tls: isImplicit ? 'implicit' : 'starttls',
    user: username === '' ? undefined : decodeURIComponent(username),
    password: username === '' ? undefined : decodeURIComponent(password),
  };
}

/** @returns why a text is no such address, without the text, which may hold a password; undefined when it is one */
export function smtpUrlProblem(address: string): string | undefined {
  const form = 'must look like smtp://user:password@mail.example.com:587, special characters percent-encoded';
  const url = URL.parse(address);
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '') return form;
  if (url.search || url.hash || url.pathname.length > 1) return `${form}, with nothing behind the port`;
  if ((url.username === '') !== (url.password === '')) return `${form}: it has only one of user and password`;
  try {
    return [url.username, url.password].map(decodeURIComponent) && undefined;
  } catch {
    return form;
  }
}

/** @returns why a text is no address of a mailbox; undefined when it is one */
export function mailboxProblem(text: string): string | undefined {
  const address = /^[^<>\p{Cc}]*<([^<>]+)>$/u.exec(text)?.[1] ?? text;
  return text.length <= 320 && /^[^\s@<>,;:"\p{Cc}]+@[^\s@<>,;:"\p{Cc}]+$/u.test(address)
    ? undefined
    : 'must be the address of a mailbox, such as ops@example.com or Ops <ops@example.com>';
}

export function isWebhookSecret(secret: string): boolean {
  const [, text] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const bytes = text === undefined ? 0 : Buffer.from(text, 'base64').length;
  return bytes >= 24 && bytes <= 64;
}

/** @returns the topic at the end of the address of an ntfy server; undefined when there is only the server */
export function topicOf(address: unknown): string | undefined {
  return URL.parse(String(address))?.pathname.split('/').filter(Boolean).at(-1);
}
