import { expect } from 'chai';
import { pino } from 'pino';
import { DAY, HOUR, MINUTE } from '../../../testing/freshness/contracts.ts';
import { addBackup } from '../../../testing/freshness/watched-history.ts';
import { request } from '../../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleFailure, sampleOutcome, sampleRun } from '../../../testing/service/sample-runs.ts';
import { configurationOf } from '../../configuration/reading/configuration-of.ts';
import { sendDigests } from '../../digest/digest-job.ts';
import { freshnessJob } from '../../freshness/freshness-job.ts';
import { noteSeen } from '../../jobs/unseen-times.ts';
import type { Notification } from '../../notifications/notification.ts';
import { evaluateAlarms } from '../evaluate-alarms.ts';

/** 01:00 in UTC, when the runs of all hosts begin. */
const START = Date.parse('2026-03-02T01:00:00Z');
const configuration = configurationOf({
  timezone: 'Asia/Jakarta',
  channels: { mail: { type: 'slack', url: 'http://127.0.0.1:9/' } },
  digest: { at: '07:00' },
});
const log = pino({ level: 'silent' });
const signal = new AbortController().signal;

describeOnAnyStore('after a night in which the service was off', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(async () => {
    const tables = ['alarms', 'alarm_rounds', 'outbox', 'jobs', 'watched_databases', 'roster_entries', 'state_changes'];
    for (const table of [...tables, 'run_outcomes', 'runs', 'backups', '`databases`'])
      await app.history.em.fork().execute(`delete from ${table}`);
  });

  /** As the jobs do it each minute. */
  async function look(ms: number): Promise<void> {
    const [now, em] = [new Date(START + ms), app.history.em.fork()];
    const space = async () => ({ free: 500, total: 1000 });
    const parts = { history: app.history, storage: app.storage, configuration: { current: () => configuration }, log };
    await freshnessJob(parts).run({ now, signal });
    await evaluateAlarms({ em, configuration, now, log, space, bytesPerDay: async () => 0 });
    await sendDigests({ em, configuration, now, space });
  }

  /** The service runs, and finds nothing. */
  async function pass(from: number, to: number): Promise<void> {
    for (let ms = from; ms <= to; ms += 10 * MINUTE) await noteSeen(app.history.em.fork(), new Date(START + ms));
  }

  async function told(): Promise<Notification[]> {
    const rows: Array<{ notification: string }> = await app.history.em
      .fork()
      .execute('select notification from outbox order by id');
    return rows.map(({ notification }) => JSON.parse(notification) as Notification);
  }
  const alarms = async () => (await told()).filter(({ kind }) => kind === 'alarms');

  const report = (source: string, databases: readonly string[], ms: number, isFailed = false) => {
    const times = { started_at: new Date(START + ms).toISOString(), ended_at: new Date(START + ms).toISOString() };
    const outcomes = databases.map(name => (isFailed ? sampleFailure(name, times) : sampleOutcome(name, times)));
    const run = sampleRun(databases, { source, ...times, outcomes, exit_code: isFailed ? 1 : 0 });
    return request(`${app.url}/-/runs`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify(run),
    });
  };

  async function firstNight(): Promise<void> {
    for (const [source, databases] of [
      ['db1', ['shop', 'web']],
      ['db2', ['erp']],
    ] as const) {
      for (const database of databases)
        await addBackup(app.history, { database, receivedAt: new Date(START + 5 * MINUTE) });
      expect((await report(source, databases, 0)).status).to.equal(201);
    }
    expect((await report('db3', ['fresh'], 0, true)).status).to.equal(201);
    for (const ms of [10 * MINUTE, 11 * MINUTE]) await look(ms);
    await look(22 * HOUR);
    await app.history.em.fork().execute('delete from outbox');
  }

  async function lateAfterNight(): Promise<void> {
    await firstNight();
    await look(30 * HOUR);
    await pass(30 * HOUR, 32 * HOUR);
    for (const ms of [32 * HOUR, 32 * HOUR + 3 * MINUTE]) await look(ms);
  }

  it('tells that no run could be reported, once the hosts have had their grace, and blames none of them', async () => {
    await firstNight();
    await look(30 * HOUR);
    await pass(30 * HOUR, 32 * HOUR - 1);
    await look(32 * HOUR - 1);
    expect(await alarms()).to.deep.equal([]);
    for (const minutes of [0, 1, 2, 3]) await look(32 * HOUR + minutes * MINUTE);
    const [message, ...others] = await alarms();
    expect(others).to.deep.equal([]);
    expect(message!.title).to.equal(
      'The service was not running from 2026-03-03 06:00 +07:00 (Asia/Jakarta) to 2026-03-03 14:00 +07:00 (Asia/Jakarta): no run could be reported, and 4 databases have no backup of that time yet',
    );
    expect(message!.lines.slice(1, 5)).to.deep.equal(['- erp', '- fresh', '- shop', '- web']);
    expect(message!.lines.join('\n')).to.not.match(/db[123]|cron/);
  });

  it('closes it by the reports and backups that waited on the hosts, and tells what these say', async () => {
    await lateAfterNight();
    expect(await alarms()).to.have.length(1);
    for (const [source, names] of [
      ['db1', ['shop', 'web']],
      ['db3', ['fresh']],
    ] as const)
      expect((await report(source, names, DAY, true)).status).to.equal(201);
    await addBackup(app.history, {
      database: 'erp',
      takenAt: new Date(START + DAY),
      receivedAt: new Date(START + 33 * HOUR),
    });
    for (const minutes of [0, 1, 40, 43]) await look(33 * HOUR + minutes * MINUTE);
    const titles = (await alarms()).slice(1).flatMap(({ title, lines }) => [title, ...lines]);
    expect(titles).to.include('Over: service has received what it missed while it was off (60 min after the alarm)');
    expect(titles.join('\n')).to.match(/2 databases were not backed up \(db1\)/);
  });

  it('blames a host that does not report its next run either', async () => {
    await lateAfterNight();
    await pass(33 * HOUR, 56 * HOUR);
    await report('db1', ['shop', 'web'], 47 * HOUR);
    for (const database of ['shop', 'web'])
      await addBackup(app.history, { database, receivedAt: new Date(START + 48 * HOUR) });
    for (const minutes of [0, 1, 2, 3]) await look(56 * HOUR + minutes * MINUTE);
    await look(56 * HOUR + 33 * MINUTE);
    const texts = (await alarms()).slice(1).flatMap(({ lines }) => lines);
    expect(texts.join('\n')).to.match(/^db2 has not reported its run: .*, and erp has missed two backups$/m);
    expect(texts.join('\n')).to.match(/^fresh is on a list, but has never had a complete backup/m);
  });

  it('has a digest that is about the days on which none came, and names them', async () => {
    await firstNight();
    await look(23 * HOUR);
    await look(23 * HOUR + 5 * MINUTE);
    await look(4 * DAY);
    const digests = (await told()).filter(({ kind }) => kind === 'digest');
    expect(digests.map(({ at }) => at.slice(0, 10))).to.deep.equal(['2026-03-03', '2026-03-06']);
    expect(digests[0]!.lines[1]).to.equal('');
    expect(digests[1]!.lines.slice(1, 3)).to.deep.equal([
      'No digest came on 2026-03-04 and 2026-03-05: this one is about that time, too.',
      'The service was not running from 2026-03-03 07:05 +07:00 (Asia/Jakarta) to 2026-03-06 08:00 +07:00 (Asia/Jakarta).',
    ]);
  });
});
