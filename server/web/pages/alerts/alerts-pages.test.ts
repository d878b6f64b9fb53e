import { expect } from 'chai';
import { insertAlarms } from '../../../../testing/history/filled-alarms.ts';
import { type Receiver, startReceiver } from '../../../../testing/notifications/receiver.ts';
import type { BrowserHere } from '../../../../testing/service/browser-here.ts';
import { browserOf, READER_ACCESS } from '../../../../testing/service/readers.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../../testing/service/running-app.ts';
import { until } from '../../../../testing/until.ts';
import { Alarm } from '../../../entities/alarms/alarm.entity.ts';

const HOSTILE = '<img src=x onerror=alert(1)>"\'';
const SECRET = 'SECRETSECRET';
const CAUSE = '10.0.0.7:3306 refuses connections';
const HOUR = 3_600_000;

describeOnAnyStore('the pages of the alerts', store => {
  let app: RunningApp;
  let receiver: Receiver;
  let operator: BrowserHere;
  const now = Date.now();

  before(async () => {
    receiver = await startReceiver();
    const channels = {
      ops: { type: 'slack', url: `${receiver.url}/services/${SECRET}` },
      'on call 2': { type: 'ntfy', url: receiver.url, topic: SECRET },
    };
    const configuration = { timezone: 'Asia/Jakarta', channels };
    app = await runApp(store, { access: READER_ACCESS, configuration });
    operator = browserOf(app.url, 'operator');
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  const alarms = () => app.history.em.fork().find(Alarm, {}, { orderBy: { id: 'asc' } });
  const acknowledge = (browser: BrowserHere, id: number, fields: Record<string, string>) =>
    browser.post(`/-/ui/alerts/${id}/acknowledge`, fields, `/-/ui/alerts/${id}`);

  it('say that all is well where nothing is open, and how to set up the first channel', async () => {
    const { text } = await operator.get('/-/ui/alerts');
    expect(text).to.contain('No alarm is open.').and.contain('No alarm has ended yet.');
    await using bare = await runApp(store, { access: READER_ACCESS });
    const { text: without } = await browserOf(bare.url, 'operator').get('/-/ui/alerts');
    expect(without).to.contain('alarms reach no one').and.contain('sudo lumbung notify test CHANNEL');
  });

  it('show what is open by its causes, the most pressing first, with the next step and where to look', async () => {
    const since = new Date(now - 5 * HOUR);
    const failed = (subject: string) => ({ kind: 'run_failed', subject, source: 'db7', cause: CAUSE, since }) as const;
    await insertAlarms(app.history, [
      {
        kind: 'late',
        subject: 'acme_one',
        source: 'db2',
        mutedBy: 'run_missing:db2',
        summary: 'acme_one is late',
        since,
      },
      { ...failed('acme_crm'), summary: `acme_crm was not backed up: ${CAUSE}`, advice: 'On db7: Start the server.' },
      { ...failed('pt_xyz'), summary: `pt_xyz was not backed up: ${CAUSE}`, advice: 'On db7: Start the server.' },
      {
        ...{ kind: 'run_missing', subject: 'db2', databaseName: null, source: 'db2', severity: 'critical', since },
        ...{ summary: 'db2 has not reported its run', databases: ['acme_one'], advice: 'Log in on db2' },
      },
      { kind: 'shrunk', subject: 'acme_new', summary: `acme_new has lost ${HOSTILE}`, advice: HOSTILE, since },
      {
        kind: 'late',
        subject: 'acme_old',
        summary: 'acme_old is late',
        since,
        openedAt: since,
        closedAt: new Date(now - HOUR),
      },
      {
        kind: 'channel_failing',
        subject: 'ops',
        databaseName: null,
        summary: 'ops fails',
        since,
        closedAt: new Date(now),
      },
    ]);
    const { text } = await operator.get('/-/ui/alerts');
    const open = text.slice(text.indexOf('id="open"'), text.indexOf('id="filter"'));
    expect(open).to.contain('5 alarms are open, 1 critical.');
    const headlines = [...open.matchAll(/<h3><a href="[^"]*">([^<]*)</g)].map(([, headline]) => headline);
    expect(headlines).to.deep.equal([
      'db2 has not reported its run',
      `2 databases were not backed up (db7): ${CAUSE}`,
      'acme_new has lost &lt;img src=x onerror=alert(1)&gt;&quot;&#39;',
    ]);
    const [, missing, refused, lost] = open.split('<article');
    expect(missing).to.contain('What to do: <span lang="en">Log in on db2').and.contain('It explains 1 other alarm');
    expect(missing).to.contain('href="/-/ui/runs?source=db2"').and.contain('/-/ui/alerts/4#acknowledge');
    expect(refused)
      .to.contain('>acme_crm</a>')
      .and.contain('Acknowledge all 2')
      .and.match(/5 hours ago/);
    expect(refused!.match(/What to do/g)).to.have.length(1);
    expect(lost).to.contain('href="/-/ui/databases/acme_new"');
    expect(text).to.contain('<title>(3) Alerts').and.not.contain('<img');
  });

  it('list what is over, with how it ended, by filters in the URL', async () => {
    const historyOf = async (query: string, browser = operator) => {
      const { text } = await browser.get(`/-/ui/alerts${query}`);
      return text.slice(text.indexOf('id="history"'));
    };
    const all = await historyOf('');
    expect(all).to.contain('2 alarms are over').and.contain('acme_old has a complete backup again').and.contain('4 h');
    expect(await historyOf('?kind=late&database=acme_old'))
      .to.contain('1 alarm is over')
      .and.not.contain('ops');
    expect(await historyOf('?severity=critical')).to.contain('No ended alarm matches.');
    expect(await historyOf('?kind=late', browserOf(app.url, 'operator', 'id'))).to.contain(
      'sudah memiliki cadangan lengkap lagi',
    );
    const { text } = await operator.get('/-/ui/alerts?source=db7');
    expect(text).to.contain('2 databases were not backed up').and.not.contain('acme_new');
    expect((await operator.get('/-/ui/alerts?after=x')).status).to.equal(422);
  });

  it('show one alarm with what explains it and what it explains', async () => {
    const late = await operator.get('/-/ui/alerts/1');
    expect(late.text).to.contain('<h1>acme_one is late</h1>').and.contain('Another alarm explains it');
    expect(late.text).to.contain('/-/ui/alerts/4');
    const missing = await operator.get('/-/ui/alerts/4');
    expect(missing.text).to.contain('It explains').and.contain('href="/-/ui/databases/acme_one"');
    const over = await operator.get('/-/ui/alerts/6');
    expect(over.text).to.contain('acme_old has a complete backup again').and.not.contain('<textarea');
    for (const id of ['99', 'x', '0']) expect((await operator.get(`/-/ui/alerts/${id}`)).status, id).to.equal(404);
  });

  it('acknowledge one alarm, or all of a cause, with a reason and an end, and audit it', async () => {
    const done = await acknowledge(operator, 5, { reason: ` seen ${HOSTILE} `, end: 'over' });
    expect([done.status, done.location]).to.deep.equal([303, '/-/ui/alerts/5']);
    expect((await operator.get('/-/ui/alerts/5')).text).to.contain(
      'Acknowledged by token operator, until it is over: <q>seen &lt;img src=x onerror=alert(1)&gt;&quot;&#39;</q>',
    );
    const both = await acknowledge(operator, 2, { reason: 'new disk', end: 'd3', together: '1' });
    expect([both.status, both.location]).to.deep.equal([303, '/-/ui/alerts']);
    const [, crm, xyz] = await alarms();
    for (const alarm of [crm!, xyz!])
      expect(alarm.acknowledgedUntil!.getTime() - Date.now()).to.be.closeTo(72 * HOUR, 60_000);
    // In Jakarta, where clocks are 7 hours ahead.
    await acknowledge(operator, 4, { reason: 'disk', end: 'at', until: '2099-12-07T09:00' });
    expect((await alarms())[3]!.acknowledgedUntil!.toISOString()).to.equal('2099-12-07T02:00:00.000Z');
    const { text } = await operator.get('/-/ui/alerts');
    expect(text).to.contain('<title>Alerts').and.contain('Acknowledged by token operator, until');
    const entries = await app.history.em
      .fork()
      .execute<Array<{ database_name: string | null; token: string; detail: string }>>(
        "select database_name, token, detail from audit_entries where action = 'alarm_acknowledge' and result = 'begun' order by id",
      );
    expect(entries.map(({ database_name, token }) => `${token} ${database_name}`)).to.deep.equal([
      ...['operator acme_new', 'operator acme_crm', 'operator pt_xyz', 'operator null'],
    ]);
    expect(JSON.parse(entries[1]!.detail)).to.deep.include({ alarm: 2, reason: 'new disk' });
  });

  it('show each mistake beside its field, with what was typed, and change nothing', async () => {
    const before = await alarms();
    for (const [fields, message, field] of [
      [{ reason: ' ', end: 'over' }, 'must be a text of 1 to 1000 characters', 'reason'],
      [{ reason: 'x'.repeat(1001), end: 'over' }, 'must be a text of 1 to 1000 characters', 'reason'],
      [{ reason: HOSTILE, end: 'at', until: 'soon' }, 'must be a time such as 2026-12-07 09:00', 'until'],
      [{ reason: HOSTILE, end: 'at', until: '2026-02-30T09:00' }, 'must be a time such as', 'until'],
      [{ reason: HOSTILE, end: 'at', until: '2020-01-01T09:00' }, 'must be in the future', 'until'],
      [{ reason: HOSTILE, end: 'constructor' }, 'must be one of the choices', undefined],
    ] as const) {
      const { status, text } = await acknowledge(operator, 5, fields);
      expect(status, message).to.equal(400);
      if (field) expect(text).to.match(new RegExp(`aria-invalid.*id="${field}-mistake">${message}`, 's'));
      else expect(text).to.contain(message);
      if (fields.reason === HOSTILE)
        expect(text).to.contain('>&lt;img src=x onerror=alert(1)&gt;&quot;&#39;</textarea>');
      expect(text).to.contain('Nothing was acknowledged').and.not.contain('<img');
    }
    expect(await alarms()).to.deep.equal(before);
    expect((await acknowledge(operator, 6, { reason: 'x', end: 'over' })).status).to.equal(409);
  });

  it('show a channel by the host of its address alone, how it is, and what a test of it has answered', async () => {
    const { text } = await operator.get('/-/ui/alerts');
    const { host } = new URL(receiver.url);
    expect(text).to.contain(`slack <small>${host}</small>`).and.contain('none known').and.not.contain(SECRET);
    receiver.reply = () => ({ body: 'ok' });
    const taken = await operator.post('/-/ui/alerts/channels/ops/test', {}, '/-/ui/alerts');
    expect([taken.status, receiver.received.length]).to.deep.equal([200, 1]);
    expect(taken.text).to.contain('ops has taken the test message.').and.contain('<code>HTTP 200: ok</code>');
    const again = await operator.post('/-/ui/alerts/channels/ops/test', {}, '/-/ui/alerts');
    expect([again.status, receiver.received.length]).to.deep.equal([429, 1]);
    expect(again.text).to.contain('The channel ops was tested just now');
    receiver.reply = () => ({ status: 403, body: `no ${SECRET} ${HOSTILE}` });
    const name = encodeURIComponent('on call 2');
    const refused = await operator.post(`/-/ui/alerts/channels/${name}/test`, {}, '/-/ui/alerts');
    expect(refused.text).to.contain('does not work: the test message was not taken').and.contain('HTTP 403');
    expect(refused.text).to.not.contain(SECRET).and.not.contain('<img');
    expect((await operator.post('/-/ui/alerts/channels/pager/test', {}, '/-/ui/alerts')).status).to.equal(404);
    const tests = () =>
      app.history.em.fork().execute("select id from audit_entries where action = 'channel_test' and result = 'done'");
    await until('the tests are in the audit trail', async () => (await tests()).length === 2);
  });

  it('show a scope of some databases their alarms only, and no channels', async () => {
    const acme = browserOf(app.url, 'acme');
    const { text } = await acme.get('/-/ui/alerts');
    expect(text).to.not.contain('id="channels"').and.not.contain('pt_xyz').and.not.contain('has not reported');
    expect(text).to.contain('acme_one is late').and.contain('3 alarms are open.');
    expect(text).to.contain('1 alarm is over');
    for (const id of [3, 4, 7]) {
      expect((await acme.get(`/-/ui/alerts/${id}`)).status, `${id}`).to.equal(404);
      expect((await acme.post(`/-/ui/alerts/${id}/acknowledge`, { reason: 'x' }, '/-/ui/alerts/5')).status).to.equal(
        404,
      );
    }
    // Of one cause it is told, and acknowledges, its own part.
    expect((await acme.get('/-/ui/alerts/2')).text).to.not.contain('others of the same cause');
    expect((await acknowledge(acme, 2, { reason: 'mine', together: '1' })).status).to.equal(303);
    const [, crm, xyz] = await alarms();
    expect([crm!.acknowledgedFor, xyz!.acknowledgedFor]).to.deep.equal(['mine', 'new disk']);
    const count = receiver.received.length;
    expect((await acme.post('/-/ui/alerts/channels/ops/test', {}, '/-/ui/alerts/5')).status).to.equal(403);
    expect(receiver.received.length).to.equal(count);
  });

  it('offer a reader nothing that only an operator may do', async () => {
    const reader = browserOf(app.url, 'reader');
    for (const path of ['/-/ui/alerts', '/-/ui/alerts/5']) {
      const { text } = await reader.get(path);
      expect(text, path).to.not.contain('method="post"').and.not.contain('#acknowledge');
    }
    expect((await acknowledge(reader, 5, { reason: 'x' })).status).to.equal(403);
    expect((await reader.post('/-/ui/alerts/channels/ops/test', {}, '/-/ui/alerts')).status).to.equal(403);
  });
});
