import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { type Receiver, startReceiver } from '../../../testing/notifications/receiver.ts';
import { sampleAlarm, sampleNotification } from '../../../testing/notifications/sample-notification.ts';
import type { ChannelSettings } from '../../configuration/channels/all-channels.ts';
import { DeliveryError } from '../channel.ts';
import type { Notification } from '../notification.ts';
import { openChannel } from './open-channel.ts';
import { escapeForSlack, escapeMarkdown, forSlack } from './slack.ts';

const TOKEN = 'tk_0123456789abcdef';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ID = '0123456789abcdef0123456789abcdef';

/** The name of a database can be that. */
const HOSTILE = 'toko <!channel> & *bold* _x_ @everyone `code`';

describe('Channels over HTTP', () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver[Symbol.asyncDispose]());

  /** One of each type, all pointed at the receiver. */
  const all = (): Record<string, ChannelSettings> => {
    const { url } = receiver;
    return {
      webhook: { type: 'webhook', url: `${url}/hooks/${TOKEN}`, secret: SECRET },
      slack: { type: 'slack', url: `${url}/services/T0000000/${TOKEN}` },
      telegram: { type: 'telegram', apiUrl: url, token: TOKEN, chatId: '-100' },
      ntfy: { type: 'ntfy', url, topic: 'lumbung-alarms', token: TOKEN },
      alertmanager: { type: 'alertmanager', url, user: undefined, password: undefined, token: TOKEN },
      apprise: { type: 'apprise', url: `${url}/notify/${TOKEN}`, tags: ['ops', 'dba'], urls: [] },
    };
  };

  const TAKEN: Record<string, string> = {
    telegram: '{"ok":true,"result":{"message_id":1}}',
    ntfy: '{"id":"abc","event":"message"}',
    slack: 'ok',
  };

  const send = (settings: ChannelSettings, notification: Notification, now = new Date()) =>
    openChannel(settings).send({ id: ID, notification }, { now, signal: AbortSignal.timeout(30_000) });

  /** @returns the JSON of the one request that was sent */
  async function sent(type: string, notification: Notification, now?: Date) {
    receiver.reply = () => ({ body: TAKEN[type] ?? '' });
    await send(all()[type]!, notification, now);
    expect(receiver.received).to.have.length(1);
    const [request] = receiver.received;
    expect(request!.headers['content-type']).to.equal('application/json');
    return { ...request!, json: JSON.parse(request!.body) };
  }

  it('webhook: is signed so that a library of Standard Webhooks accepts it, with one id for all attempts', async () => {
    const { headers, body, path } = await sent('webhook', sampleNotification());
    expect(path).to.equal(`/hooks/${TOKEN}`);
    const verified = new Webhook(SECRET).verify(body, headers as Record<string, string>) as Record<string, never>;
    expect(verified).to.deep.include({ type: 'lumbung.alarms', timestamp: '2026-11-30T01:02:03.456Z' });
    expect(verified.data).to.deep.include({ severity: 'warning', alarm_count: 1, alarms: [sampleAlarm()] });
    expect(headers['webhook-id']).to.equal(`msg_${ID}`);
    expect(() => new Webhook(SECRET).verify(`${body} `, headers as Record<string, string>)).to.throw();
    await send(all().webhook!, sampleNotification());
    expect(receiver.received[1]!.headers['webhook-id']).to.equal(`msg_${ID}`);
  });

  it('all link to the pages that a message names, whose addresses no channel changes', async () => {
    const url = 'https://backups.example.com/-/ui/databases/_toko_buku_';
    const lines = ['_toko_buku_ is late.', `On the dashboard: ${url}`];
    const linked = sampleNotification({ lines, url, links: [url], alarms: [sampleAlarm({ url })] });
    const bodyOf = async (type: string) => {
      receiver.received.length = 0;
      return (await sent(type, linked)).json;
    };
    expect((await bodyOf('webhook')).data).to.deep.include({ url, lines, alarms: [sampleAlarm({ url })] });
    expect((await bodyOf('slack')).text.split('\n').slice(1)).to.deep.equal([
      '\\_toko\\_buku\\_ is late.',
      `On the dashboard: ${url}`,
    ]);
    expect((await bodyOf('telegram')).text).to.match(/ https:\S+_toko_buku_$/);
    expect(await bodyOf('ntfy')).to.deep.include({ click: url });
    expect((await bodyOf('alertmanager'))[0].generatorURL).to.equal(url);
    expect((await bodyOf('apprise')).body).to.contain(url);
  });

  it('webhook: stays small', async () => {
    const alarms = Array.from({ length: 2_000 }, (_, id) => sampleAlarm({ id }));
    const { json, body } = await sent(
      'webhook',
      sampleNotification({ alarms, lines: Array(2_000).fill('x'.repeat(900)) }),
    );
    expect(json.data).to.deep.include({ alarm_count: 2_000 });
    expect(json.data.alarms).to.have.length(200);
    expect(body.length).to.be.lessThan(300_000);
  });

  it('Slack: sends a text in which no name means anything, as long as it takes', async () => {
    const lines = [HOSTILE, ...Array(500).fill('toko-buku is late & <sad>')];
    const { json } = await sent('slack', sampleNotification({ title: 'late: <x>', lines }));
    expect(Object.keys(json)).to.deep.equal(['text']);
    expect(json.text)
      .to.match(/^\*\*late: \\<x\\>\*\*\n/)
      .and.to.match(/… \d+ more lines$/);
    expect(json.text.length).to.be.within(3_500, 3_900);
    expect(json.text).to.not.match(/@(channel|everyone)|(?<!\\)<!/);
  });

  it('Slack: has no name mean anything there, and adds nothing to a command, which would be copied with it', () => {
    const late = (name: string) =>
      sampleNotification({ title: 'late', lines: [`What to do: sade backup --only ${name}`] });
    expect(forSlack(late('cv_kucing'), 999)).to.deep.equal({
      text: '*late*\nWhat to do: sade backup --only cv_kucing',
    });
    for (const name of ['_cv_', "'*'", "'`id`'", "'~'", "'a*'"])
      expect(forSlack(late(name), 999)).to.deep.equal({
        ...{ text: `late\nWhat to do: sade backup --only ${name}`, mrkdwn: false },
      });
    expect(forSlack(sampleNotification({ title: '*x*', lines: [] }), 999)).to.deep.equal({
      text: '*x*',
      mrkdwn: false,
    });
  });

  it('Slack: escapes as Slack wants it there, and as Markdown for the others', () => {
    expect(escapeForSlack('<!channel> & cv_kucing_oren')).to.equal('&lt;!channel&gt; &amp; cv_kucing_oren');
    expect(escapeForSlack('*x*')).to.equal('*x*');
    expect(escapeMarkdown('# _x_ [a](b) @all')).to.equal('\\# \\_x\\_ \\[a\\](b) @\u2060all');
  });

  it('Telegram: sends plain text with a bold title, cut at 4,096 characters', async () => {
    const lines = [HOSTILE, ...Array(500).fill('🐈 toko-buku is late')];
    const { json, path } = await sent('telegram', sampleNotification({ title: '🐈 late', lines }));
    expect(path).to.equal(`/bot${TOKEN}/sendMessage`);
    expect(json).to.deep.include({
      chat_id: '-100',
      entities: [{ type: 'bold', offset: 0, length: 7 }],
      link_preview_options: { is_disabled: true },
      disable_notification: false,
    });
    expect(json).to.not.have.property('parse_mode');
    expect(json.text.startsWith(`🐈 late\n${HOSTILE}\n`)).to.equal(true);
    expect(json.text.length).to.be.within(4_000, 4_096);
  });

  it('ntfy: publishes JSON with the urgency, cut at 4,096 bytes', async () => {
    const lines = Array(500).fill('🐈 toko-buku');
    const { json, path, headers } = await sent('ntfy', sampleNotification({ severity: 'critical', lines }));
    expect(path).to.equal('/');
    expect(headers.authorization).to.equal(`Bearer ${TOKEN}`);
    expect(json).to.deep.include({ topic: 'lumbung-alarms', priority: 5, tags: ['rotating_light'] });
    expect(json.title).to.match(/^toko-buku is late/);
    expect(Buffer.byteLength(json.message)).to.be.within(4_000, 4_096);
  });

  it('ntfy: is calm about what is over', async () => {
    const alarms = [sampleAlarm({ state: 'closed', severity: 'critical' })];
    const { json } = await sent('ntfy', sampleNotification({ severity: 'critical', alarms }));
    expect(json).to.deep.include({ priority: 3, tags: ['white_check_mark'] });
  });

  it('Apprise: sends title, body, type and tags', async () => {
    const { json, path } = await sent('apprise', sampleNotification({ severity: 'critical' }));
    expect(path).to.equal(`/notify/${TOKEN}`);
    expect(json).to.deep.include({ type: 'failure', format: 'text', tag: 'ops,dba' });
    expect(json.title).to.match(/^toko-buku is late/);
    expect(json.body).to.match(/^toko-buku has had no complete backup/);
  });

  it('Apprise: an answer of 204 is a failure, since no one was told', async () => {
    receiver.reply = () => ({ status: 204 });
    const error = await send(all().apprise!, sampleNotification()).catch(error => error);
    expect(error).to.be.instanceOf(DeliveryError);
    expect(error.message).to.match(/told no one/);
  });

  it('Alertmanager: an open alarm is an alert that stays, a closed one has ended', async () => {
    const now = new Date('2026-11-30T02:00:00Z');
    const closed = sampleAlarm({
      kind: 'run_missing',
      subject: 'jkt-1',
      database: undefined,
      state: 'closed',
      until: '2026-11-30T01:30:00.000Z',
    });
    const { json, path, headers } = await sent(
      'alertmanager',
      sampleNotification({ alarms: [sampleAlarm(), closed] }),
      now,
    );
    expect(path).to.equal('/api/v2/alerts');
    expect(headers.authorization).to.equal(`Bearer ${TOKEN}`);
    expect(json).to.have.length(2);
    expect(json[0]).to.deep.equal({
      labels: {
        alertname: 'LumbungLate',
        kind: 'late',
        subject: 'toko-buku',
        severity: 'warning',
        database: 'toko-buku',
        source: 'jkt-1',
      },
      annotations: {
        summary: 'toko-buku is late: its last complete backup is 27 hours old',
        description: 'Check the host jkt-1: sade doctor',
      },
      startsAt: '2026-11-30T01:00:00.000Z',
      endsAt: '2026-12-01T04:00:00.000Z',
    });
    expect(json[1]).to.deep.include({ startsAt: '2026-11-30T01:00:00.000Z', endsAt: '2026-11-30T01:30:00.000Z' });
    expect(json[1].labels).to.deep.include({ alertname: 'LumbungRunMissing' });
  });

  it('Alertmanager: an alarm that grows more severe ends the alert of its former severity', async () => {
    const now = new Date('2026-11-30T02:00:00Z');
    const { json } = await sent(
      'alertmanager',
      sampleNotification({ alarms: [sampleAlarm({ severity: 'critical' })] }),
      now,
    );
    const ends = json.map(({ labels, endsAt }: { labels: { severity: string }; endsAt: string }) => [
      labels.severity,
      endsAt,
    ]);
    expect(ends).to.deep.equal([
      ['warning', now.toISOString()],
      ['critical', '2026-12-01T04:00:00.000Z'],
    ]);
  });

  it('Alertmanager: a digest is no alert', async () => {
    const answer = await send(all().alertmanager!, sampleNotification({ kind: 'digest', alarms: [] }));
    expect(answer.text).to.equal('nothing was sent: it takes alarms only');
    expect(receiver.received).to.have.length(0);
  });

  for (const type of ['webhook', 'slack', 'telegram', 'ntfy', 'alertmanager', 'apprise'])
    describe(`${type} when it fails`, () => {
      const failure = async (): Promise<DeliveryError> => {
        const error = await send(all()[type]!, sampleNotification()).catch(error => error);
        expect(error).to.be.instanceOf(DeliveryError);
        return error;
      };

      it('says why, without the secrets that the answer repeats', async () => {
        const { url } = receiver;
        const repeat = `no such ${TOKEN} ${SECRET} ${url}/services/T0000000/${TOKEN} /hooks/${TOKEN}\nsorry`;
        receiver.reply = () => ({ status: 404, body: repeat.repeat(10) });
        const { message, isAboutMessage } = await failure();
        expect(message).to.match(/^answered HTTP 404: no such \*\*\*/);
        expect(message).to.not.include(TOKEN);
        if (type === 'webhook') expect(message).to.not.include(SECRET.slice(6));
        expect(message.length).to.be.lessThan(350);
        expect(message).to.not.include('\n');
        expect(isAboutMessage).to.equal(false);
      });

      it('tells a message that is refused from a channel that fails, and heeds Retry-After', async () => {
        receiver.reply = () => ({ status: 400, body: 'too long' });
        expect((await failure()).isAboutMessage).to.equal(true);
        receiver.reply = () => ({ status: 429, headers: { 'retry-after': '77' } });
        expect(await failure()).to.deep.include({ isAboutMessage: false, retryAfterMs: 77_000 });
      });

      it('follows no redirect', async () => {
        await using other = await startReceiver();
        receiver.reply = () => ({ status: 307, headers: { location: `${other.url}/stolen` } });
        expect((await failure()).message).to.match(/HTTP 307: it sends to another address/);
        expect(other.received).to.have.length(0);
      });

      it('says so when no one listens, and names no secret', async () => {
        const settings = all()[type]!;
        await receiver[Symbol.asyncDispose]();
        const error = await send(settings, sampleNotification()).catch(error => error);
        receiver = await startReceiver();
        expect(error.message).to.match(/^could not be reached: connect ECONNREFUSED/);
        expect(error.message).to.not.include(TOKEN);
      });
    });

  for (const type of ['telegram', 'ntfy', 'alertmanager'])
    it(`${type}: the page of a login is no success`, async () => {
      receiver.reply = () => ({ body: '<html>Please log in</html>' });
      const error = await send(all()[type]!, sampleNotification()).catch(error => error);
      expect(error.message).to.match(/does not: HTTP 200: <html>/);
    });

  it('read no more of an answer than they need', async () => {
    receiver.reply = () => ({ status: 500, body: 'x'.repeat(50_000_000) });
    const error = await send(all().slack!, sampleNotification()).catch(error => error);
    expect(error.message).to.have.length('answered HTTP 500: '.length + 300);
  });

  it('end what is sent when they are told to', async () => {
    receiver.reply = () => new Promise(() => {});
    const controller = new AbortController();
    const sending = openChannel(all().slack!).send(
      { id: ID, notification: sampleNotification() },
      { now: new Date(), signal: controller.signal },
    );
    controller.abort();
    expect(await sending.catch(error => error)).to.be.instanceOf(DeliveryError);
  });
});
