import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { FIRST } from '../service/certificates.ts';

/** A mail as the server took it. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Whether the connection was encrypted. */
  readonly secure: boolean;
  /** The login, if one was needed. */
  readonly user: string | undefined;
  /** Headers and text, as they came. */
  readonly raw: string;
}

/** A real mail server on loopback, whose certificate `trustCertificates` makes known. */
export interface MailServer extends AsyncDisposable {
  readonly port: number;
  readonly mails: ReceivedMail[];
}

/**
 * @param options of smtp-server: it offers STARTTLS, and needs no login, when they say nothing else
 * @param onMail called before a mail is taken; an error with `responseCode` refuses it, and a promise that stays pending hangs
 */
export async function startMailServer(
  options: SMTPServerOptions = {},
  onMail: (mail: ReceivedMail) => void | Promise<void> = () => {},
): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    ...{ ...FIRST, authOptional: true, logger: false, closeTimeout: 100, disableReverseLookup: true },
    async onData(stream, session, callback) {
      const { mailFrom, rcptTo } = session.envelope;
      const mail = {
        from: mailFrom ? mailFrom.address : '',
        to: rcptTo.map(({ address }) => address),
        secure: session.secure,
        user: session.user as string | undefined,
        raw: (await buffer(stream)).toString(),
      };
      try {
        await onMail(mail);
        mails.push(mail);
        callback(null, 'taken');
      } catch (error) {
        callback(error as Error);
      }
    },
    ...options,
  });
  // A client that breaks off, or distrusts the certificate, is no error of the server's.
  server.on('error', () => {});
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    mails,
    [Symbol.asyncDispose]: () => new Promise<void>(resolve => server.close(() => resolve())),
  };
}

/** @returns what refuses something with a code of SMTP, such as 451 */
export function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
