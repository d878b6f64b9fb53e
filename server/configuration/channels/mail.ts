import { type InferType, object } from 'yup';
import { checkedText, listOf, MISSING, oneOf, secret, text, wholeNumber } from '../schema/fields.ts';
import { BOTH_OR_NEITHER, listed } from './shared.ts';

export interface MailSettings {
  readonly type: 'mail';
  readonly host: string;
  readonly port: number;
  /** `starttls`: the connection begins in clear text, and no mail goes before it is encrypted. `implicit`: TLS from the first byte. */
  readonly tls: 'off' | 'starttls' | 'implicit';
  /** Both or neither. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** An address, or a name with one: `Lumbung <backups@example.com>`. */
  readonly from: string;
  readonly to: readonly string[];
}

export const mail = object({
  smtp_url: secret(
    'the mail server in one line, such as `smtp://user:password@mail.example.com:587`, or `smtps://…`',
  ).test(
    'smtp url',
    ({ value }) => smtpUrlProblem(String(value)) ?? '',
    value => value === undefined || smtpUrlProblem(value) === undefined,
  ),
  host: checkedText('the mail server, instead of `smtp_url`', value =>
    /^[\w.:-]+$/.test(value) ? undefined : 'must be a host name or an address',
  ),
  port: wholeNumber('its port: 587 when left out, 465 with `tls: implicit`, 25 with `tls: off`', 1, 65_535),
  user: text('for servers that want a login'),
  password: secret('for servers that want a login'),
  tls: oneOf(
    '`starttls`, the default, encrypts before anything is sent, `implicit` from the first byte on, `off` never',
    ['starttls', 'implicit', 'off'],
  ),
  from: checkedText('the sender, such as `Lumbung <backups@example.com>`', mailboxProblem).defined(MISSING),
  to: listOf('who gets the mail', checkedText('an address', mailboxProblem)).defined(MISSING),
})
  .test('server', 'needs host, or smtp_url', ({ host, smtp_url }) => host !== undefined || smtp_url !== undefined)
  .test(
    'one server',
    'has smtp_url beside host, port, user, password or tls: leave one way out',
    ({ smtp_url, host, port, user, password, tls }) =>
      smtp_url === undefined || [host, port, user, password, tls].every(part => part === undefined),
  )
  .test('login', ...BOTH_OR_NEITHER)
  .test(
    'clear text',
    'would send the password in clear text: set tls to starttls or implicit',
    ({ tls, user, host }) => tls !== 'off' || user === undefined || /^(?:localhost|127\.[\d.]+|::1)$/.test(host ?? ''),
  );

const PORTS = { starttls: 587, implicit: 465, off: 25 } as const;

/** @param channel without a mistake */
export function toMail(channel: InferType<typeof mail>): MailSettings {
  const { smtp_url, host, port, user, password, tls = 'starttls', from, to } = channel;
  const server =
    smtp_url === undefined ? { host: host!, port: port ?? PORTS[tls], tls, user, password } : smtpServerOf(smtp_url);
  return { type: 'mail', ...server, from, to: listed(to) };
}

/** A mail server, as `smtp_url` names it. */
type SmtpServer = Pick<MailSettings, 'host' | 'port' | 'tls' | 'user' | 'password'>;

/** @returns the server of an address that `smtpUrlProblem` found nothing wrong with */
function smtpServerOf(address: string): SmtpServer {
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
function smtpUrlProblem(address: string): string | undefined {
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
function mailboxProblem(text: string): string | undefined {
  const address = /^[^<>\p{Cc}]*<([^<>]+)>$/u.exec(text)?.[1] ?? text;
  return text.length <= 320 && /^[^\s@<>,;:"\p{Cc}]+@[^\s@<>,;:"\p{Cc}]+$/u.test(address)
    ? undefined
    : 'must be the address of a mailbox, such as ops@example.com or Ops <ops@example.com>';
}
