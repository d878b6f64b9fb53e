import { expect } from 'chai';
import { openChannel } from '../../server/notifications/channels/open-channel.ts';
import type { Notification } from '../../server/notifications/notification.ts';
import { freePort } from '../../testing/free-port.ts';
import { sampleAlarm, sampleNotification } from '../../testing/notifications/sample-notification.ts';
import { hasNotificationServers, type SidProgram, startSidProgram } from '../../testing/notifications/sid-program.ts';
import { until } from '../../testing/until.ts';

const ID = '0123456789abcdef0123456789abcdef';

describe('ntfy of Debian', () => {
  let server: SidProgram | undefined;
  let url: string;
  before(async function () {
    if (!hasNotificationServers()) return this.skip();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    server = await startSidProgram({
      program: 'usr/bin/ntfy',
      args: folder => [
        'serve',
        '--listen-http',
        `127.0.0.1:${port}`,
        '--base-url',
        url,
        '--cache-file',
        `${folder}/cache.db`,
      ],
      readyUrl: `${url}/v1/health`,
    });
  });
  after(() => server?.[Symbol.asyncDispose]());

  const send = (topic: string, notification: Notification) =>
    openChannel({ type: 'ntfy', url, topic, token: undefined }).send(
      { id: ID, notification },
      { now: new Date(), signal: AbortSignal.timeout(30_000) },
    );

  const messages = async (topic: string): Promise<Array<Record<string, unknown>>> => {
    const lines = (await (await fetch(`${url}/${topic}/json?poll=1`)).text()).trim().split('\n');
    return lines.filter(line => line !== '').map(line => JSON.parse(line));
  };

  it('shows a message with its title, its urgency and each character of its lines', async () => {
    const lines = ['toko <buku> & "co" *bold* 🐈', 'second line'];
    const answer = await send('alarms', sampleNotification({ title: 'Terlambat – 🐈', lines, severity: 'critical' }));
    expect(answer.text).to.match(/^HTTP 200: \{"id":/);
    expect(await messages('alarms')).to.have.length(1);
    expect((await messages('alarms'))[0]).to.deep.include({
      title: 'Terlambat – 🐈',
      message: lines.join('\n'),
      priority: 5,
      tags: ['rotating_light'],
    });
  });

  it('shows the longest message as a message, and not as a file', async () => {
    await send('long', sampleNotification({ lines: Array(2_000).fill('🐈 toko-buku is late') }));
    const [message] = await messages('long');
    expect(message).to.not.have.property('attachment');
    expect(message!.message).to.match(/… \d+ more lines$/);
  });
});

describe('Alertmanager of Debian', () => {
  let server: SidProgram | undefined;
  let url: string;
  before(async function () {
    if (!hasNotificationServers()) return this.skip();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    server = await startSidProgram({
      program: 'usr/bin/prometheus-alertmanager',
      files: { 'alertmanager.yml': 'route: { receiver: none }\nreceivers: [{ name: none }]\n' },
      args: folder => [
        `--config.file=${folder}/alertmanager.yml`,
        `--storage.path=${folder}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ],
      readyUrl: `${url}/-/ready`,
    });
  });
  after(() => server?.[Symbol.asyncDispose]());

  const channel = () =>
    openChannel({ type: 'alertmanager', url, user: undefined, password: undefined, token: undefined });

  const send = (notification: Notification) =>
    channel().send({ id: ID, notification }, { now: new Date(), signal: AbortSignal.timeout(30_000) });

  /** @returns the alerts that are active, by name and severity */
  const active = async (): Promise<string[]> => {
    const alerts = (await (await fetch(`${url}/api/v2/alerts?active=true`)).json()) as Array<{
      labels: Record<string, string>;
    }>;
    return alerts.map(({ labels }) => `${labels.alertname} ${labels.severity}`).sort();
  };

  it('shows an open alarm as an alert, in its severity only, until it closes', async () => {
    const alarm = sampleAlarm({ since: new Date(Date.now() - 60_000).toISOString() });
    await send(sampleNotification({ alarms: [alarm] }));
    expect(await active()).to.deep.equal(['LumbungLate warning']);
    await send(sampleNotification({ alarms: [{ ...alarm, severity: 'critical' }] }));
    await until('only the severer alert is left', async () => `${await active()}` === 'LumbungLate critical');
    const closed = { ...alarm, severity: 'critical', state: 'closed', until: new Date().toISOString() } as const;
    await send(sampleNotification({ alarms: [closed] }));
    await until('no alert is left', async () => (await active()).length === 0);
  });

  it('knows what is open again after its restart, as soon as it is told', async () => {
    const alarm = sampleAlarm({ kind: 'storage_low', subject: 'storage', database: undefined });
    await send(sampleNotification({ alarms: [alarm] }));
    expect(await active()).to.deep.equal(['LumbungStorageLow warning']);
    await server!.restart();
    expect(await active()).to.deep.equal([]);
    await channel().keepOpen!([alarm], { now: new Date(), signal: AbortSignal.timeout(30_000) });
    expect(await active()).to.deep.equal(['LumbungStorageLow warning']);
  });

  it('takes names of any characters as labels', async () => {
    const name = 'toko "buku" <b> \\ 🐈';
    await send(sampleNotification({ alarms: [sampleAlarm({ kind: 'never', subject: name, database: name })] }));
    const address = `${url}/api/v2/alerts?filter=${encodeURIComponent('alertname="LumbungNever"')}`;
    const [alert] = (await (await fetch(address)).json()) as Array<{ labels: Record<string, string> }>;
    expect(alert!.labels.database).to.equal(name);
  });

  it('shows a test for a minute', async () => {
    const answer = await send(sampleNotification({ kind: 'test', title: 'A test of Lumbung', alarms: [] }));
    expect(answer.text).to.equal('HTTP 200');
    expect(await active()).to.include('LumbungTest info');
  });
});
