import { expect } from 'chai';
import { serviceStatus } from '../../protocol/responses.ts';
import { type Receiver, startReceiver } from '../../testing/notifications/receiver.ts';
import { sampleNotification } from '../../testing/notifications/sample-notification.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { enqueue } from './outbox.ts';

describeOnAnyStore('/-/status shows how notifications arrive', store => {
  let receiver: Receiver;
  let app: RunningApp;
  before(async () => {
    receiver = await startReceiver();
    const channels = {
      chat: { type: 'slack', url: `${receiver.url}/services/T0000000/SECRETSECRET` },
      hook: { type: 'slack', url: `${receiver.url}/other/T0000000/SECRETSECRET` },
    };
    app = await runApp(store, { configuration: { channels, heartbeat: { url: `${receiver.url}/ping/SECRETSECRET` } } });
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  const status = async () => {
    const text = await (await fetch(`${app.url}/-/status`)).text();
    expect(text).to.not.contain('SECRET');
    return (await serviceStatus.validate(JSON.parse(text))).data;
  };

  it('of each channel what was delivered, what waits and why', async () => {
    const notification = sampleNotification();
    await enqueue(app.history.em.fork(), { channels: ['chat', 'hook'], dedupeKey: '1', notification, now: new Date() });
    receiver.reply = ({ path }) => (path.startsWith('/other') ? { status: 403, body: `no ${path}` } : { body: 'ok' });
    const { delivery } = app.notifications;
    delivery.wake();
    await delivery.settled();
    const [chat, hook] = (await status()).channels!;
    expect(chat).to.deep.include({ name: 'chat', type: 'slack', failing_since: null, last_error: null, waiting: 0 });
    expect(chat!.last_delivered_at).to.match(/^\d{4}-/);
    expect(hook).to.deep.include({
      name: 'hook',
      last_delivered_at: null,
      last_error: 'answered HTTP 403: no ***',
      waiting: 1,
    });
    expect(hook!.failing_since).to.match(/^\d{4}-/);
    expect(app.log.map(({ msg }) => msg)).to.include(
      'A message could not be delivered to the channel hook: answered HTTP 403: no ***',
    );
    expect(JSON.stringify(app.log)).to.not.contain('SECRET');
  });

  it('the heartbeat, and why it fails', async () => {
    const { heartbeat } = app.notifications;
    const beat = () => heartbeat.beat(app.history.em.fork(), { now: new Date(), signal: AbortSignal.timeout(30_000) });
    receiver.reply = () => ({ status: 404, body: 'no /ping/SECRETSECRET' });
    await beat();
    expect((await status()).heartbeat).to.deep.equal({ last_ping_at: null, last_error: 'answered HTTP 404: no ***' });
    receiver.reply = () => ({});
    await beat();
    expect(receiver.received.at(-1)).to.deep.include({ method: 'GET', path: '/ping/SECRETSECRET' });
    expect((await status()).heartbeat).to.deep.include({ last_error: null });
    expect((await status()).heartbeat!.last_ping_at).to.match(/^\d{4}-/);
  });

  it('no ping where the outbox does not move', async () => {
    const pings = () => receiver.received.filter(({ path }) => path.startsWith('/ping')).length;
    const before = pings();
    const now = new Date(Date.now() + 3_600_000);
    await app.notifications.heartbeat.beat(app.history.em.fork(), { now, signal: AbortSignal.timeout(30_000) });
    expect(pings()).to.equal(before);
    expect((await status()).heartbeat!.last_error).to.match(
      /^No ping was sent, since a message to the channel hook is due/,
    );
  });
});
