import { expect } from 'chai';
import { type MailServer, smtpError, startMailServer } from '../../../testing/notifications/mail-server.ts';
import { sampleAlarm, sampleNotification } from '../../../testing/notifications/sample-notification.ts';
import { trustCertificates, withoutTrust } from '../../../testing/service/certificates.ts';
import type { MailSettings } from '../../configuration/channels/mail.ts';
import { type Channel, DeliveryError } from '../channel.ts';
import type { Notification } from '../notification.ts';
import { openChannel } from './open-channel.ts';

const ID = '0123456789abcdef0123456789abcdef';
const PASSWORD = 'correct horse battery';

function settings({ port }: MailServer, changes: Partial<MailSettings> = {}): MailSettings {
  return {
    type: 'mail',
    host: '127.0.0.1',
    port,
    tls: 'starttls',
    user: undefined,
    password: undefined,
    from: 'Lumbung <backups@example.com>',
    to: ['Dewi <dewi@example.com>', 'ops@example.com'],
    ...changes,
  };
}

function send(
  channel: Channel,
  notification: Notification = sampleNotification(),
  signal = AbortSignal.timeout(30_000),
) {
  return channel.send({ id: ID, notification }, { now: new Date(), signal });
}

async function failure(channel: Channel): Promise<DeliveryError> {
  const error = await send(channel).catch(error => error);
  expect(error).to.be.instanceOf(DeliveryError);
  return error;
}

/** The headers of a mail by their names, unfolded. */
function headersOf(raw: string): Record<string, string> {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  return Object.fromEntries(
    head.split('\r\n').map(line => [line.split(':', 1)[0]!, line.slice(line.indexOf(':') + 2)]),
  );
}

/** What is refused is logged by no one, and what is sent is as it is in the world: an own certificate that is trusted. */
describe('The channel mail', () => {
  trustCertificates();

  it('sends over STARTTLS to all recipients, marked as made by a program', async () => {
    await using server = await startMailServer();
    const answer = await send(openChannel(settings(server)));
    expect(answer).to.deep.equal({ text: '250 taken' });
    const [mail] = server.mails;
    expect(mail).to.deep.include({
      from: 'backups@example.com',
      to: ['dewi@example.com', 'ops@example.com'],
      secure: true,
    });
    expect(headersOf(mail!.raw)).to.deep.include({
      From: 'Lumbung <backups@example.com>',
      Subject: 'toko-buku is late: its last complete backup is 27 hours old',
      'Message-ID': `<${ID}.lumbung@example.com>`,
      Date: 'Mon, 30 Nov 2026 01:02:03 +0000',
      References: '<alarm-7.lumbung@example.com>',
      'In-Reply-To': '<alarm-7.lumbung@example.com>',
      'Auto-Submitted': 'auto-generated',
      'List-ID': 'Lumbung <lumbung.example.com>',
    });
    expect(mail!.raw).to.include('toko-buku has had no complete backup since 2026-11-28 18:00 UTC.');
  });

  it('says in its text once what its subject says', async () => {
    await using server = await startMailServer();
    const title = 'db2 has not reported its run (and 1 more)';
    await send(
      openChannel(settings(server)),
      sampleNotification({ title, lines: ['db2 has not reported its run', '- a'] }),
    );
    const [, text] = server.mails[0]!.raw.split('\r\n\r\n');
    expect(text).to.equal('db2 has not reported its run\r\n- a\r\n');
  });

  it('sends over TLS from the first byte, with a login', async () => {
    await using server = await startMailServer({
      secure: true,
      authOptional: false,
      onAuth: ({ username, password }, _session, done) =>
        password === PASSWORD ? done(null, { user: username }) : done(smtpError(535, 'no')),
    });
    await send(openChannel(settings(server, { tls: 'implicit', user: 'lumbung', password: PASSWORD })));
    expect(server.mails[0]).to.deep.include({ secure: true, user: 'lumbung' });
  });

  it('sends nothing in clear text where STARTTLS is missing, as an attacker in between could make it', async () => {
    await using server = await startMailServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    const { message } = await failure(openChannel(settings(server, { user: 'lumbung', password: PASSWORD })));
    expect(message).to.match(/^the mail server failed at STARTTLS: .*\. Does it offer TLS .* \(tls: off\)$/);
    expect(server.mails).to.have.length(0);
  });

  it('sends in clear text only where that is configured', async () => {
    await using server = await startMailServer();
    await send(openChannel(settings(server, { tls: 'off' })));
    expect(server.mails[0]).to.deep.include({ secure: false });
  });

  it('sends nothing to a server whose certificate no one vouches for', async () => {
    await using server = await startMailServer();
    const { message } = await withoutTrust(() => failure(openChannel(settings(server))));
    expect(message).to.match(/self-signed certificate/);
    expect(server.mails).to.have.length(0);
  });

  it('says that the login is refused, without the password that the server repeats', async () => {
    const credentials = Buffer.from(`\0lumbung\0${PASSWORD}`).toString('base64');
    await using server = await startMailServer({
      onAuth: (_auth, _session, done) => done(smtpError(535, `not ${PASSWORD} nor ${credentials}`)),
    });
    const channel = openChannel(settings(server, { user: 'lumbung', password: PASSWORD }));
    const { message, isAboutMessage } = await failure(channel);
    expect(message).to.equal('the mail server refused the login: Invalid login: 535 not *** nor ***');
    expect(isAboutMessage).to.equal(false);
  });

  it('tells a mail that is refused from a server that asks to try again', async () => {
    let code = 451;
    await using server = await startMailServer({}, () => {
      throw smtpError(code, 'no');
    });
    const channel = openChannel(settings(server));
    expect((await failure(channel)).isAboutMessage).to.equal(false);
    code = 554;
    expect((await failure(channel)).isAboutMessage).to.equal(true);
  });

  it('sends a mail again only to the recipient that was put off, as greylisting does', async () => {
    const seen = new Set<string>();
    await using server = await startMailServer({
      onRcptTo({ address }, _session, done) {
        const isPutOff = address.startsWith('ops') && !seen.has(address);
        seen.add(address);
        done(isPutOff ? smtpError(451, 'greylisted') : null);
      },
    });
    const channel = openChannel(settings(server));
    expect((await failure(channel)).message).to.match(
      /^put off a recipient, and accepted the mail for the others: .*451/,
    );
    expect(await send(channel)).to.deep.equal({ text: '250 taken' });
    expect(server.mails.map(({ to }) => to)).to.deep.equal([['dewi@example.com'], ['ops@example.com']]);
    expect(headersOf(server.mails[1]!.raw).To).to.equal('Dewi <dewi@example.com>, ops@example.com');
  });

  it('reports a recipient that is refused permanently, although the others got the mail', async () => {
    await using server = await startMailServer({
      onRcptTo: ({ address }, _session, done) => done(address.startsWith('ops') ? smtpError(550, 'unknown') : null),
    });
    const answer = await send(openChannel(settings(server)));
    expect(answer.problem).to.match(/^The mail server refused a recipient, the others got the mail: .*550 unknown/);
  });

  it('is no success when all recipients are refused', async () => {
    await using server = await startMailServer({
      onRcptTo: (_address, _session, done) => done(smtpError(550, 'unknown')),
    });
    expect((await failure(openChannel(settings(server)))).message).to.match(/all recipients were rejected/);
  });

  it('is ended by its signal when the server hangs', async () => {
    const hanging = Promise.withResolvers<void>();
    await using server = await startMailServer({}, () => {
      hanging.resolve();
      return new Promise(() => {});
    });
    const controller = new AbortController();
    const sending = send(openChannel(settings(server)), sampleNotification(), controller.signal).catch(error => error);
    await hanging.promise;
    controller.abort();
    expect(await sending).to.be.instanceOf(DeliveryError);
  });

  it('has no header, recipient or mail that a title or a name of a database brings in', async () => {
    await using server = await startMailServer();
    const evil = 'late\r\nBcc: thief@example.net\r\n\r\nHi\r\n.\r\nMAIL FROM:<x@example.net>';
    const alarms = [sampleAlarm({ subject: evil, database: evil, summary: evil })];
    await send(openChannel(settings(server)), sampleNotification({ title: evil, lines: [evil, '.', '..'], alarms }));
    expect(server.mails).to.have.length(1);
    const [{ raw, to }] = server.mails as [(typeof server.mails)[0]];
    expect(to).to.deep.equal(['dewi@example.com', 'ops@example.com']);
    expect(headersOf(raw)).to.not.have.property('Bcc');
    expect(headersOf(raw).Subject).to.equal('late Bcc: thief@example.net Hi . MAIL FROM:<x@example.net>');
  });
});
