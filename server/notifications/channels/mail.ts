import type { SendMailOptions } from 'nodemailer';
import { cut } from '../../../protocol/texts/cut.ts';
import type { MailSettings } from '../../configuration/channels/mail.ts';
import { messageOf } from '../../errors/error-code.ts';
import { type Answer, type Channel, DeliveryError, type OutgoingMessage } from '../channel.ts';
import type { Notification } from '../notification.ts';
import { redactor } from './redact.ts';
import { bodyOf, oneLine, titleOf } from './texts.ts';

/** In milliseconds. The delivery ends what takes 30 s in all. */
const TIMEOUTS = { connectionTimeout: 15_000, greetingTimeout: 15_000, socketTimeout: 25_000 } as const;
/** In characters: a digest of 1,000 databases is a tenth of it. */
const BODY_LIMIT = 400_000;
const SHOWN_CHARACTERS = 300;
/** A mail about more alarms begins no thread of its own with each. */
const MOST_THREADS = 10;

/** Mail by SMTP. Its connection is encrypted, and the certificate is checked, unless the settings turn that off. */
export function mailChannel(settings: MailSettings): Channel {
  const { user, password } = settings;
  const redact = redactor([password, user && password && `\0${user}\0${password}`]);
  const accepted = new AcceptedRecipients(settings.to);
  return {
    type: 'mail',
    async send(message, { signal }) {
      // Loaded when the first mail goes.
      const { createTransport } = await import('nodemailer');
      const transport = createTransport(transportOf(settings));
      const recipients = accepted.missing(message.id);
      try {
        const mail = { ...mailOf(message, settings), envelope: { from: settings.from, to: recipients }, signal };
        return accepted.judge(message.id, await transport.sendMail(mail), redact);
      } catch (error) {
        throw error instanceof DeliveryError ? error : explain(error as SmtpError, redact);
      } finally {
        transport.close();
      }
    },
  };
}

function transportOf({ host, port, tls, user, password }: MailSettings) {
  return {
    ...{ host, port, ...TIMEOUTS },
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'off',
    tls: { minVersion: 'TLSv1.2' as const },
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** A mail is in the thread of each alarm that it is about; what repeats it has its id, so that a reader may see it once. */
function mailOf({ id, notification }: OutgoingMessage, { from, to }: MailSettings): SendMailOptions {
  const domain = domainOf(from);
  const threads = notification.alarms.slice(0, MOST_THREADS).map(alarm => `<alarm-${alarm.id}.lumbung@${domain}>`);
  return {
    from,
    to: [...to],
    subject: titleOf(notification, 250),
    text: textOf(notification),
    messageId: `<${id}.lumbung@${domain}>`,
    date: new Date(notification.at),
    ...(threads.length > 0 && { references: threads, inReplyTo: threads[0]! }),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': `Lumbung <lumbung.${domain}>`,
      ...(notification.severity === 'critical' && { Importance: 'high' }),
    },
  };
}

/** Its first line is the title, or begins it: some readers show a mail without its subject. */
function textOf({ title, lines }: Notification): string {
  const body = bodyOf({ lines }, { limit: BODY_LIMIT });
  const first = lines[0]?.replace(/\.$/, '');
  const isSaid = first !== undefined && first !== '' && title.startsWith(first);
  return `${(isSaid ? body : [oneLine(title), '', body].join('\n')).trimEnd()}\n`;
}

function domainOf(from: string): string {
  const domain = /@([a-z0-9.-]+)>?\s*$/i.exec(from)?.[1];
  return domain ?? 'localhost';
}

interface SmtpError extends Error {
  readonly code?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly command?: string | undefined;
}

interface Sent {
  readonly response: string;
  readonly accepted: ReadonlyArray<string | { readonly address: string }>;
  readonly rejected: ReadonlyArray<string | { readonly address: string }>;
  readonly rejectedErrors?: readonly SmtpError[] | undefined;
}

/**
 * Remembers who of several recipients has a mail already: when one of them is put off, as with greylisting, the others do not get it
 * again with each attempt. A restart forgets it.
 */
class AcceptedRecipients {
  readonly #all: readonly string[];
  readonly #accepted = new Map<string, ReadonlySet<string>>();

  constructor(all: readonly string[]) {
    this.#all = all;
  }

  missing(id: string): string[] {
    return this.#all.filter(address => !this.#accepted.get(id)?.has(addressOf(address)));
  }

  /** @throws DeliveryError when some recipients are to be tried again */
  judge(id: string, { response, accepted, rejectedErrors = [] }: Sent, redact: (text: string) => string): Answer {
    const text = cut(oneLine(redact(response)), SHOWN_CHARACTERS);
    const refusals = rejectedErrors.map(error => cut(oneLine(redact(error.message)), SHOWN_CHARACTERS));
    if (rejectedErrors.some(({ responseCode = 0 }) => responseCode < 500)) {
      const before = this.#accepted.get(id) ?? [];
      this.#accepted.set(id, new Set([...before, ...accepted.map(nameOf)]));
      if (this.#accepted.size > MOST_REMEMBERED) this.#accepted.delete(this.#accepted.keys().next().value!);
      throw new DeliveryError(`put off a recipient, and accepted the mail for the others: ${refusals.join('; ')}`);
    }
    this.#accepted.delete(id);
    if (refusals.length === 0) return { text };
    return { text, problem: `The mail server refused a recipient, the others got the mail: ${refusals.join('; ')}` };
  }
}

const MOST_REMEMBERED = 100;

function nameOf(recipient: string | { readonly address: string }): string {
  return addressOf(typeof recipient === 'string' ? recipient : recipient.address);
}

/** Of `Name <address>`. */
function addressOf(recipient: string): string {
  return (/<([^>]+)>\s*$/.exec(recipient)?.[1] ?? recipient).trim().toLowerCase();
}

/** An attacker in between could have taken the offer away: so only the administrator decides to go without. */
const NO_STARTTLS =
  '. Does it offer TLS on another port (tls: implicit)? Only a server of your own network may go without (tls: off)';

function explain(error: SmtpError, redact: (text: string) => string): DeliveryError {
  const { code, responseCode = 0, command } = error;
  const isAboutMessage = code === 'EMESSAGE' && responseCode >= 500;
  const where = code === 'EAUTH' ? 'refused the login' : command ? `failed at ${command}` : 'failed';
  const reason = cut(oneLine(redact(messageOf(error))), SHOWN_CHARACTERS);
  return new DeliveryError(`the mail server ${where}: ${reason}${command === 'STARTTLS' ? NO_STARTTLS : ''}`, {
    isAboutMessage,
  });
}
